// Runs in <head> before the first paint: a theme that the person chose is on the page before anything is drawn.
// The cookie is the choice (the host can read it too); localStorage is the copy for a browser that refuses cookies.
// "system", or nothing, leaves the attribute off, and the stylesheet follows the system.
(() => {
  let theme = /(?:^|;\s*)theme=(light|dark|system)(?:;|$)/.exec(document.cookie)?.[1];
  try { theme ??= localStorage.getItem('theme'); } catch { /* storage is refused */ }
  const root = document.documentElement;
  const show = (theme) => { if (theme === 'light' || theme === 'dark') root.dataset.theme = theme; else delete root.dataset.theme; };
  if (theme) show(theme);
  // The menu of the person: applied now, and kept in this browser. One that keeps nothing still shows it until the next page.
  document.addEventListener('click', (event) => {
    const chosen = event.target.closest?.('button[data-choose]')?.dataset.choose;
    if (!chosen) return;
    try { localStorage.setItem('theme', chosen); } catch { /* storage is refused */ }
    show(chosen);
  });
})();
