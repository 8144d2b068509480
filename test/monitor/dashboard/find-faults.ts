/**
 * Lists what a screen reader would stumble over. It runs in the page, and is a text as nothing of a
 * page is known here.
 */
export const FIND_FAULTS = `(() => {
  const faults = [];
  const isShown = (element) => element.checkVisibility();
  const nameOf = (element) => {
    const label = element.getAttribute("aria-label") ?? "";
    const labels = [...(element.labels ?? [])].map((each) => each.textContent).join(" ");
    const isField = element.matches("input, select, textarea");
    return (label + labels + (isField ? "" : element.textContent)).trim();
  };
  const controls = document.querySelectorAll("a, button, input, select, textarea, [tabindex='0']");
  for (const control of controls) {
    if (isShown(control) && nameOf(control) === "") faults.push("no name: " + control.outerHTML);
  }
  for (const picture of document.querySelectorAll("svg")) {
    const isSkipped = picture.getAttribute("aria-hidden") === "true";
    if (!isSkipped && picture.getAttribute("role") !== "img") faults.push("a picture without a role");
  }
  for (const th of document.querySelectorAll("th")) {
    if (!th.hasAttribute("scope")) faults.push("no scope: " + th.outerHTML);
  }
  for (const table of document.querySelectorAll("table")) {
    if (table.caption === null) faults.push("a table without a caption");
  }
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) faults.push(heading.tagName + " after level " + level);
    level = own;
  }
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  if (new Set(ids).size !== ids.length) faults.push("an id that there is twice");
  for (const { id } of document.querySelectorAll("section[aria-labelledby]")) {
    if (id !== "" && document.getElementById(id) === null) faults.push("a label that there is not");
  }
  if (document.documentElement.lang === "") faults.push("no language");
  if (document.title === "") faults.push("no title");
  return faults;
})()`;
