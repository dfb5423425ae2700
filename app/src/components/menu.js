// A menu closes as menus do: with Escape, which leads back to its button, and with a press elsewhere.
const openMenus = () => document.querySelectorAll('details.menu[open]');
document.addEventListener('pointerdown', (event) => {
  for (const menu of openMenus()) if (!event.composedPath().includes(menu)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
  // The Escape of an input method is its own.
  if (event.key !== 'Escape' || event.isComposing) return;
  for (const menu of openMenus()) {
    if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
    menu.open = false;
  }
});
