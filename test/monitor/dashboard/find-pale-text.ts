/**
 * Lists text that is hard to read: of less contrast with what is behind it than WCAG asks for at level
 * AA. It runs in the page, and is a text as nothing of a page is known here.
 */
export const FIND_PALE_TEXT = `(() => {
  const pale = new Map();
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  // One above the other, as they are seen.
  const mixed = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === "" || !element.checkVisibility()) continue;
    // What is switched off may be pale; names of pictures in gradients are decoration.
    if (element.closest("button:disabled, [aria-hidden=true], .unseen, .skip, script, style")) continue;
    const style = getComputedStyle(element);
    const behind = [];
    for (let each = element; each !== null; each = each.parentElement) {
      behind.unshift(getComputedStyle(each).backgroundColor);
    }
    const colour = element instanceof SVGElement ? style.fill : style.color;
    const [light, dark] = [luminance(mixed([...behind, colour])), luminance(mixed(behind))].sort(
      (a, b) => b - a,
    );
    const contrast = (light + 0.05) / (dark + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24;
    if (contrast < (isLarge ? 3 : 4.5)) {
      pale.set(element.className + " " + node.textContent.slice(0, 30), contrast.toFixed(2));
    }
  }
  return [...pale].map(([what, contrast]) => what + ": " + contrast);
})()`;
