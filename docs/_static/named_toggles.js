// The theme's toggles of the page list have no name that a screen reader could say.
document.addEventListener("DOMContentLoaded", () => {
  for (const icon of document.querySelectorAll("summary > .toctree-toggle")) {
    const page = icon.closest("li")?.querySelector("a")?.textContent.trim() ?? "this page";
    icon.parentElement.setAttribute("aria-label", `Pages below ${page}`);
  }
});
