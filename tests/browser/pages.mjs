// Walks the hub's pages in headless Chromium, as people would: `node pages.mjs BASE TOOLS PATH…`.
// Every path is opened in both colour schemes, at the widths of a phone and of a desk, with and without scripts.
// Set SCREENSHOTS to a folder to look at what it saw.

import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [base, tools, ...paths] = process.argv.slice(2);
const require = createRequire(join(tools, "node", "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const problems = [];
const links = new Set();

/** A context of its own, which reports whatever a page should not do. */
async function open(browser, { javaScriptEnabled = true, colorScheme = "light", width = 1280 } = {}) {
  const context = await browser.newContext({ javaScriptEnabled, colorScheme, viewport: { width, height: 800 } });
  const page = await context.newPage();
  const name = () => `${page.url()} (${colorScheme}, ${width} px, ${javaScriptEnabled ? "with" : "without"} scripts)`;
  const report = (what) => problems.push(`${name()}: ${what}`);
  page.on("console", (message) => {
    // Chromium says the status of an error page in the console.
    if (message.type() === "error" && !/Failed to load resource.*40[04]/.test(message.text())) report(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => report(`error: ${error.message}`));
  page.on("dialog", (dialog) => { report(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(base).origin) report(`asks ${request.url()}`);
  });
  return { context, page, report };
}

async function look(browser, path, options) {
  const { context, page, report } = await open(browser, options);
  await page.goto(base + path);
  const facts = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    title: document.title,
    headings: [...document.querySelectorAll("h1")].length,
    links: [...document.querySelectorAll("a[href]")].map((a) => a.href),
    foreign: [...document.querySelectorAll("a[href]")].filter((a) => a.origin !== location.origin && !/noopener.*noreferrer/.test(a.rel)).length,
    relative: [...document.querySelectorAll("time")].filter((time) => /ago|now|in |yesterday|last/.test(time.textContent)).length,
    times: document.querySelectorAll("time").length,
  }));
  if (facts.overflow > 0) report(`scrolls ${facts.overflow} px sideways`);
  if (!facts.title.endsWith("reuse-surface") || facts.headings !== 1) report(`title ${facts.title}, ${facts.headings} h1`);
  if (facts.foreign > 0) report("a link elsewhere tells where it comes from");
  const expected = options.javaScriptEnabled === false ? 0 : facts.times;
  if (facts.relative !== expected) report(`${facts.relative} of ${facts.times} times are relative`);
  facts.links.filter((link) => link.startsWith(base)).forEach((link) => links.add(link.split("#")[0]));
  if (process.env.SCREENSHOTS && options.javaScriptEnabled !== false) {
    const name = `${path.replace(/[^a-z0-9]+/gi, "_")}-${options.colorScheme}-${options.width}.png`;
    await page.screenshot({ path: join(process.env.SCREENSHOTS, name), fullPage: true });
  }
  if (options.javaScriptEnabled !== false) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, nodes } of violations.filter(({ impact }) => impact === "serious" || impact === "critical")) {
      report(`axe: ${id} (${impact}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`);
    }
  }
  await context.close();
}

/** The keyboard alone reaches the search and the content. */
async function keyboard(browser, javaScriptEnabled) {
  const { context, page, report } = await open(browser, { javaScriptEnabled });
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className || "");
  await page.goto(`${base}/`);
  await page.keyboard.press("Tab");
  if ((await focused()) !== "skip") report(`the first stop is ${await focused()}`);
  await page.keyboard.press("Enter");
  if ((await focused()) !== "content") report(`skipping leads to ${await focused()}`);
  await page.goto(`${base}/`);
  for (let stops = 0; (await focused()) !== "search"; stops += 1) {
    if (stops > 8) return report("the search is out of reach of the keyboard");
    await page.keyboard.press("Tab");
  }
  if (javaScriptEnabled) {
    await page.goto(`${base}/`);
    await page.keyboard.press("/");
    if ((await focused()) !== "search") report("the slash does not lead to the search");
  }
  await page.keyboard.type("lease a/b");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/capabilities\?q=lease/);
  const words = await page.evaluate(() => document.getElementById("search").value);
  if (words !== "lease a/b") report(`the search forgot its words: ${words}`);
  await context.close();
}

const home = mkdtempSync(join(tmpdir(), "chromium-"));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS, env: { ...process.env, HOME: home } });
try {
  for (const path of paths) {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [375, 1280]) {
        for (const javaScriptEnabled of [true, false]) await look(browser, path, { colorScheme, width, javaScriptEnabled });
      }
    }
  }
  await keyboard(browser, true);
  await keyboard(browser, false);
} finally {
  await browser.close();
  rmSync(home, { recursive: true, force: true });
}
for (const link of links) {
  const { status } = await fetch(link, { headers: { accept: "text/html" } });
  if (status >= 400) problems.push(`${link} is linked and is ${status}`);
}
console.log(JSON.stringify({ pages: paths.length, links: links.size, problems }, null, 1));
process.exitCode = problems.length > 0 ? 1 : 0;
