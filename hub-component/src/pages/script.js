"use strict";
// Absolute times are in the page; how long ago that is depends on the reader's clock.
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
for (const time of document.querySelectorAll("time")) {
  const seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units[5];
  if (Number.isFinite(seconds)) {
    const absolute = time.textContent;
    const relative = ago.format(Math.trunc(seconds / size), unit);
    time.title = absolute;
    time.textContent = time.closest(".facts") ? `${absolute} (${relative})` : relative;
  }
}
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.getElementById("search").focus();
  }
});
