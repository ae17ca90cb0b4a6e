// Sets the control for the theme as soon as it is there, before it is painted; early.js has set the theme itself, and listens.
{
  const theme = document.getElementById("theme");
  theme.value = document.documentElement.dataset.theme;
  // An address can name what there is not.
  if (theme.selectedIndex < 0) theme.value = "";
}
