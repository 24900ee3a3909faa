// The profile page: everything is in the page already; this adds the live map, sorting and downloads.
import { setWorkerUrl } from "maplibre-gl";
import workerText from "worker-text:maplibre-gl/dist/maplibre-gl-worker.mjs";

setWorkerUrl(URL.createObjectURL(new Blob([workerText], { type: "text/javascript" })));
