() => {
  const read = (colour) => {
    const parts = colour.match(/[\d.]+/g).map(Number);
    return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => {
      const s = v / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const found = read(getComputedStyle(one).backgroundColor);
      if (found.alpha === 1) return found.rgb;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.querySelector("#board"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || !element.closest(".fare-chance") || element.closest("style")) continue;
    if (!element.checkVisibility()) continue;
    const [high, low] = [luminance(read(getComputedStyle(element).color).rgb),
      luminance(ground(element))].sort((a, b) => b - a);
    found.push({ ratio: (high + 0.05) / (low + 0.05), text: node.data.trim().slice(0, 60) });
  }
  return found;
}
