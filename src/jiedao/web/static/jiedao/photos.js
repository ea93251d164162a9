// Photo input: shows what was chosen, and makes it smaller before it is sent (longest side 2000 px, JPEG).
const LONGEST = 2000;
const SMALL_ENOUGH = 600_000;

export async function shrink(file) {
  if (!file.type.startsWith("image/") || file.size < SMALL_ENOUGH) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file; // not a picture this browser can read: the server says what is wrong with it
  }
}

export function start(node) {
  node.dataset.started = "";
  const input = node.querySelector("input[type=file]");
  const shown = node.querySelector(".photos-shown");
  let chosen = [];
  const keep = () => {
    const box = new DataTransfer();
    chosen.forEach((file) => box.items.add(file));
    input.files = box.files;
    shown.replaceChildren(...chosen.map(figure));
  };
  const figure = (file, at) => {
    const frame = document.createElement("figure");
    const image = new Image();
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    image.onload = () => URL.revokeObjectURL(image.src);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.setAttribute("aria-label", `${node.dataset.remove} ${at + 1}`);
    remove.append(cross());
    remove.onclick = () => { chosen.splice(at, 1); keep(); input.focus(); };
    frame.append(image, remove);
    return frame;
  };
  const cross = () => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("viewBox", "0 0 24 24");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", "M6 6l12 12M18 6L6 18");
    path.setAttribute("stroke", "currentColor");
    path.setAttribute("stroke-width", "2");
    svg.append(path);
    return svg;
  };
  input.addEventListener("change", async () => {
    const added = await Promise.all([...input.files].map(shrink));
    chosen = input.multiple ? [...chosen, ...added] : added.slice(0, 1);
    keep();
    input.dispatchEvent(new CustomEvent("photos:ready", { bubbles: true }));
  });
}
