// The hatch that stands for "no data": a picture of 8 by 8 that the map repeats.
import type { Map as LiveMap } from "maplibre-gl";
import { token } from "../theme.ts";

const SIZE = 16; // drawn for screens of two dots a pixel

export function addHatch(map: LiveMap): void {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  if (!pen || map.hasImage("hatch")) return;
  pen.strokeStyle = token("--hatch");
  pen.lineWidth = 2;
  for (const shift of [-SIZE, 0, SIZE]) {
    pen.moveTo(shift - 2, SIZE + 2);
    pen.lineTo(shift + SIZE + 2, -2);
  }
  pen.stroke();
  map.addImage("hatch", pen.getImageData(0, 0, SIZE, SIZE), { pixelRatio: 2 });
}
