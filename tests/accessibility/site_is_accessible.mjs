// Read pages of the built site as axe-core does, in a real browser: on a phone and on a desk, light and dark, and printed.
//
//   node site_is_accessible.mjs CHROMIUM PAGE.html …
//
// Prints one JSON object a line: a page, how it was looked at, and each violation with the elements that it is about.
// Exit code: 0 where there is none, 1 where there is one.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, ...pages] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };
const WAYS = [
  { named: "phone, light", viewport: PHONE, colorScheme: "light", media: "screen" },
  { named: "phone, dark", viewport: PHONE, colorScheme: "dark", media: "screen" },
  { named: "desk, light", viewport: DESK, colorScheme: "light", media: "screen" },
  { named: "desk, dark", viewport: DESK, colorScheme: "dark", media: "screen" },
  { named: "printed", viewport: DESK, colorScheme: "light", media: "print" },
];

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
let found = 0;
for (const way of WAYS) {
  const context = await browser.newContext({ viewport: way.viewport, colorScheme: way.colorScheme });
  const page = await context.newPage();
  await page.emulateMedia({ media: way.media, colorScheme: way.colorScheme });
  for (const file of pages) {
    await page.goto(pathToFileURL(file).href);
    await page.addScriptTag({ content: axe });
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    // axe does not ask about this one: a page that has to be pushed sideways on a phone
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
    if (wide && way.media === "screen") {
      violations.push({ id: "sideways-scrolling", help: "The page is wider than the screen", nodes: [] });
    }
    found += violations.length;
    for (const one of violations) {
      const about = one.nodes.slice(0, 5).map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`);
      console.log(JSON.stringify({ page: file, way: way.named, rule: one.id, help: one.help, about }));
    }
  }
  await context.close();
}
await browser.close();
process.exit(found ? 1 : 0);
