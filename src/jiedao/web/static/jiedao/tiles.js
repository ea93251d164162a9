// Paints the city's own vector tiles (/tiles/z/x/y.json) on canvas, and lays names over them. Colours are the tokens of the page.
const SIDE = 256;
const LAND = { park: "green", green: "green", wood: "green", pitch: "green", cemetery: "green", wetland: "green", orchard: "hill",
  vegetables: "hill", farmland: "hill", hill: "hill", rock: "hill", industrial: "industrial", railway: "industrial",
  construction: "industrial", parking: "industrial", compound: "compound", square: "square", campus: "square", commercial: "square", sand: "square" };
const WIDTH = { motorway: 7, trunk: 7, primary: 6.5, secondary: 5.5, tertiary: 4.2, residential: 2.8, unclassified: 2.8,
  living_street: 2.4, service: 1.6 };
const MAIN = new Set(["motorway", "trunk", "primary", "secondary"]);
const PATHS = new Set(["footway", "path", "steps", "cycleway", "pedestrian", "track", "alley"]);
const AREA_RANK = 70;
const CJK = /[\u3400-\u9fff]/;

export function palette() {
  const style = getComputedStyle(document.documentElement);
  return new Proxy({}, { get: (kept, name) => kept[name] ?? (kept[name] = style.getPropertyValue(`--${name}`).trim()) });
}

// pixel of a lon/lat inside a tile
function projector(z, x, y) {
  const world = SIDE * 2 ** z;
  return ([lon, lat]) => {
    const sine = Math.sin((lat * Math.PI) / 180);
    return [((lon + 180) / 360) * world - x * SIDE, (0.5 - Math.atanh(sine) / (2 * Math.PI)) * world - y * SIDE];
  };
}

function rings(geometry) {
  const { type, coordinates } = geometry;
  if (type === "Polygon" || type === "MultiLineString") return coordinates;
  if (type === "MultiPolygon") return coordinates.flat();
  return type === "LineString" ? [coordinates] : [];
}

const features = (data, layer) => data?.[layer] || [];

export function paint(canvas, data, { z, x, y }, colours, ratio) {
  canvas.width = canvas.height = SIDE * ratio;
  const pen = canvas.getContext("2d");
  const at = projector(z, x, y);
  pen.scale(ratio, ratio);
  pen.fillStyle = colours["map-land"];
  pen.fillRect(0, 0, SIDE, SIDE);
  pen.lineJoin = pen.lineCap = "round";
  const trace = (feature) => {
    pen.beginPath();
    for (const ring of rings(feature.geometry)) ring.forEach((point, i) => (i ? pen.lineTo(...at(point)) : pen.moveTo(...at(point))));
  };
  const fill = (layer, colour) => features(data, layer).forEach((feature) => {
    const tone = colour(feature.properties || {});
    if (!tone) return;
    pen.fillStyle = tone;
    trace(feature);
    pen.fill("evenodd");
  });
  fill("land", (p) => colours[`map-${LAND[p.kind] || "block"}`]);
  fill("water", () => colours["map-water"]);
  fill("building", () => colours["map-building"]);
  if (z >= 16) {
    pen.strokeStyle = colours["map-building-line"];
    pen.lineWidth = 1;
    features(data, "building").forEach((feature) => { trace(feature); pen.stroke(); });
  }
  features(data, "line").forEach((feature) => {
    const { kind } = feature.properties;
    const wet = kind === "river" || kind === "stream";
    pen.strokeStyle = colours[wet ? "map-water" : "map-rail"];
    pen.lineWidth = wet ? (kind === "river" ? 4 : 2) : kind === "rail" ? 2 : 0.8;
    trace(feature);
    pen.stroke();
    if (kind !== "rail") return;
    pen.strokeStyle = colours["map-land"];
    pen.lineWidth = 1;
    pen.setLineDash([6, 6]);
    pen.stroke();
    pen.setLineDash([]);
  });
  streets(pen, features(data, "street"), trace, z, colours);
  pen.strokeStyle = colours["map-area"];
  features(data, "area").forEach((feature) => {
    const { level } = feature.properties;
    pen.globalAlpha = level === "cell" ? 0.13 : 0.4;
    pen.setLineDash(level === "cell" ? [] : [10, 4, 2, 4]);
    pen.lineWidth = { city: 2.4, district: 2, subdistrict: 1.5, community: 1.1 }[level] || 1;
    trace(feature);
    pen.stroke();
  });
}

function streets(pen, list, trace, z, colours) {
  const grow = 2 ** Math.max(-2.4, (z - 15) * 0.62);
  const width = (kind) => Math.max(0.8, (WIDTH[kind.replace("_link", "")] || 2) * grow);
  const sorted = [...list].sort((a, b) => (WIDTH[a.properties.kind] || 0) - (WIDTH[b.properties.kind] || 0));
  const draw = (chosen, colour, widen) => chosen.forEach((feature) => {
    pen.strokeStyle = colour(feature.properties.kind);
    pen.lineWidth = width(feature.properties.kind) + widen;
    trace(feature);
    pen.stroke();
  });
  const paths = sorted.filter((f) => PATHS.has(f.properties.kind));
  const roads = sorted.filter((f) => !PATHS.has(f.properties.kind));
  if (z >= 15) {
    pen.setLineDash([3, 3]);
    draw(paths, () => colours["map-path"], -0.4);
    pen.setLineDash([]);
  }
  draw(roads, (kind) => colours[MAIN.has(kind) ? "map-main-line" : "map-street-line"], z >= 14 ? 1.6 : 0.8);
  draw(roads, (kind) => colours[MAIN.has(kind) ? "map-main" : "map-street"], 0);
}

// names: over all tiles at once, so that none is cut at an edge; the first to take a place keeps it
export function names(pen, tiles, project, size, zoom, colours, english) {
  const taken = [];
  const free = (box) => !taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])
    && box[0] > 0 && box[1] > 0 && box[2] < size.x && box[3] < size.y && taken.push(box);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.strokeStyle = colours["map-halo"];
  const write = (text, x, y) => { pen.strokeText(text, x, y); pen.fillText(text, x, y); };
  const word = (p) => (english && p.name_en) || p.name;
  const family = colours.font;

  const once = new Set();
  const label = ({ geometry, properties }) => {
    const text = word(properties);
    const key = `${text}${geometry.coordinates}`;
    if (!text || once.has(key)) return;
    once.add(key);
    const strong = properties.rank >= AREA_RANK;
    pen.font = `${strong ? "600 13px" : "400 11.5px"} ${family}`;
    pen.lineWidth = 3.5;
    pen.fillStyle = colours[properties.kind === "water" ? "map-label-water" : strong ? "map-area" : "map-place"];
    const { x, y } = project(geometry.coordinates);
    const half = pen.measureText(text).width / 2 + 4;
    if (free([x - half, y - 9, x + half, y + 9])) write(text, x, y);
  };
  const labels = tiles.flatMap((tile) => features(tile, "label")).sort((a, b) => b.properties.rank - a.properties.rank);
  labels.filter(({ properties }) => properties.rank >= 60).forEach(label);
  pen.font = `400 12px ${family}`;
  pen.fillStyle = colours["map-label"];
  pen.lineWidth = 3;
  for (const [text, best] of longest(tiles, project, word, size)) {
    const wide = pen.measureText(text).width + 10;
    if (best.length >= wide) along(pen, text, best, wide, free, write);
  }
  labels.filter(({ properties }) => properties.rank < 60 && (zoom >= 17 || properties.rank >= 50)).forEach(label);
}

// the longest straight piece of each named street in view
function longest(tiles, project, word, size) {
  const found = new Map();
  for (const tile of tiles) for (const { geometry, properties } of features(tile, "street")) {
    const text = word(properties);
    if (!text) continue;
    for (const line of rings(geometry)) {
      let from = project(line[0]);
      for (const point of line.slice(1)) {
        const to = project(point);
        const length = Math.hypot(to.x - from.x, to.y - from.y);
        const x = (from.x + to.x) / 2;
        const y = (from.y + to.y) / 2;
        const inside = x > 0 && y > 0 && x < size.x && y < size.y;
        if (inside && length > (found.get(text)?.length || 0)) found.set(text, { x, y, length, angle: Math.atan2(to.y - from.y, to.x - from.x) });
        from = to;
      }
    }
  }
  return [...found].sort((a, b) => b[1].length - a[1].length);
}

function along(pen, text, { x, y, angle }, wide, free, write) {
  let turn = angle;
  if (turn > Math.PI / 2) turn -= Math.PI;
  if (turn <= -Math.PI / 2) turn += Math.PI;
  const steep = Math.abs(turn) > Math.PI / 4;
  const reach = wide / 2;
  const cx = Math.abs(Math.cos(turn)) * reach + 7;
  const cy = Math.abs(Math.sin(turn)) * reach + 7;
  if (!free([x - cx, y - cy, x + cx, y + cy])) return;
  if (steep && CJK.test(text)) { // Chinese runs down a street, its characters upright
    if (turn < 0) turn += Math.PI;
    const step = (wide - 10) / text.length + 1;
    [...text].forEach((letter, i) => {
      const off = (i - (text.length - 1) / 2) * step;
      write(letter, x + Math.cos(turn) * off, y + Math.sin(turn) * off);
    });
    return;
  }
  pen.save();
  pen.translate(x, y);
  pen.rotate(turn);
  write(text, 0, 0);
  pen.restore();
}
