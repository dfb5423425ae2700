// Runs in <head> before the first paint: a theme that the person chose is on the page before anything is drawn.
// The cookie is the choice (the host can read it too); localStorage is the copy for a browser that refuses cookies.
// "system", or nothing, leaves the attribute off, and the stylesheet follows the system.
(() => {
  let theme = /(?:^|;\s*)theme=(light|dark|system)(?:;|$)/.exec(document.cookie)?.[1];
  try { theme ??= localStorage.getItem('theme'); } catch { /* storage is refused */ }
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
