// What axe does not check: fields whose edge (WCAG 1.4.11) or placeholder (1.4.3) is too pale, worked out from what the
// browser has computed. Returns a line of text for each.
() => {
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((each, i) => each * a + below[i] * (1 - a));
  const ground = (element) =>
    element ? over(rgba(getComputedStyle(element).backgroundColor), ground(element.parentElement)) : [255, 255, 255];
  const luminance = (colour) => {
    const [r, g, b] = colour.map((each) => (each / 255 <= 0.04045 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  const pale = [];
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    // The box of a choice in a row is its label's.
    const box = getComputedStyle(field).opacity === "0" ? field.nextElementSibling : field;
    if (!box.checkVisibility() || box.getBoundingClientRect().width === 0) continue;
    const style = getComputedStyle(box);
    const around = ground(box.parentElement);
    const inside = ground(box);
    const border = parseFloat(style.borderTopWidth) ? contrast(over(rgba(style.borderTopColor), around), around) : 1;
    const edge = Math.max(border, contrast(inside, around));
    if (edge < 3) pale.push(`edge ${edge.toFixed(2)}:1 ${box.outerHTML.slice(0, 120)}`);
    if (!field.placeholder || field.value) continue;
    const hint = contrast(over(rgba(getComputedStyle(field, "::placeholder").color), inside), inside);
    if (hint < 4.5) pale.push(`placeholder ${hint.toFixed(2)}:1 ${field.outerHTML.slice(0, 120)}`);
  }
  return pale;
}
