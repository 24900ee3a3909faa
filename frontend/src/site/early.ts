// Runs before the page is drawn, so that a reader who chose day or night does not see the other one first.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
} catch {
  // Storage may be forbidden: the system's setting holds.
}
