// Where a browser goes: reads [[location, base], ...] as JSON, writes the origins.
// Node's URL is the WHATWG parser that browsers are built on.
import { readFileSync } from "node:fs";

const origins = JSON.parse(readFileSync(0, "utf8")).map(([location, base]) => {
  try {
    const url = new URL(location, base);
    return url.origin === "null" ? url.protocol : url.origin;
  } catch {
    return null; // no address: the browser stays where it is and shows an error
  }
});
process.stdout.write(JSON.stringify(origins));
