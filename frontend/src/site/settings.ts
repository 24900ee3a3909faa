// How htmx works here, set before it starts: it injects no styles, and its attributes are written in full.
const meta = document.createElement("meta");
meta.name = "htmx-config";
meta.content = JSON.stringify({ includeIndicatorCSS: false, prefix: "", defaultTimeout: 30_000 });
document.head.append(meta);
