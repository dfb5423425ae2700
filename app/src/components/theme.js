// The menu of the person: a theme is on the page at once, and in the cookie that the host reads for every page after it.
document.addEventListener('click', (event) => {
  const chosen = event.target.closest?.('button[data-choose]')?.dataset.choose;
  if (!chosen) return;
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `theme=${chosen}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
});
