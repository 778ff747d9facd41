// Walks the hub's pages in headless Chromium, as people would: `node pages.mjs BASE TOOLS PATH…`.
// Every path is opened light on a phone, dark on a desk, and once without scripts.
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
const HEIGHT = 800;

const READERS = [
  { colorScheme: "light", width: 375, javaScriptEnabled: true },
  { colorScheme: "dark", width: 1280, javaScriptEnabled: true },
  { colorScheme: "light", width: 375, javaScriptEnabled: false },
];

/** A page that reports whatever it should not do. */
async function open(context, { javaScriptEnabled, colorScheme, width }) {
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
  return { page, report };
}

async function look(context, path, options) {
  const { page, report } = await open(context, options);
  await page.goto(base + path);
  const facts = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    title: document.title,
    headings: [...document.querySelectorAll("h1")].length,
    gaps: [...document.querySelectorAll("h1, h2, h3, h4")].map((h) => Number(h.tagName[1])).filter((level, i, all) => level > (all[i - 1] ?? 0) + 1).length,
    searches: document.querySelectorAll("input[type=search]").length,
    description: document.querySelector("meta[name=description]")?.content ?? "",
    first: document.querySelector(".hits > li, .choices li, .note, .entry")?.getBoundingClientRect().top ?? 0,
    links: [...document.querySelectorAll("a[href]")].map((a) => a.href),
    foreign: [...document.querySelectorAll("a[href]")].filter((a) => a.origin !== location.origin && !/noopener.*noreferrer/.test(a.rel)).length,
    relative: [...document.querySelectorAll("time")].filter((time) => /ago|now|in |yesterday|last/.test(time.textContent)).length,
    times: document.querySelectorAll("time").length,
  }));
  if (facts.overflow > 0) report(`scrolls ${facts.overflow} px sideways`);
  if (!facts.title.endsWith("reuse-surface") || facts.headings !== 1) report(`title ${facts.title}, ${facts.headings} h1`);
  if (facts.gaps > 0) report("a level of headings is skipped");
  if (facts.searches !== 1) report(`${facts.searches} search fields`);
  if (!facts.description) report("no description");
  if (facts.first > HEIGHT - 100) report(`what was looked for begins at ${facts.first} px, below the fold`);
  if (facts.foreign > 0) report("a link elsewhere tells where it comes from");
  const expected = options.javaScriptEnabled ? facts.times : 0;
  if (facts.relative !== expected) report(`${facts.relative} of ${facts.times} times are relative`);
  const own = page.url().split("#")[0];
  facts.links.map((link) => link.split("#")[0]).filter((link) => link.startsWith(base) && link !== own).forEach((link) => links.add(link));
  if (process.env.SCREENSHOTS && options.javaScriptEnabled) {
    const name = `${path.replace(/[^a-z0-9]+/gi, "_")}-${options.colorScheme}-${options.width}.png`;
    await page.screenshot({ path: join(process.env.SCREENSHOTS, name), fullPage: true });
  }
  if (options.javaScriptEnabled) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, nodes } of violations.filter(({ impact }) => impact === "serious" || impact === "critical")) {
      report(`axe: ${id} (${impact}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`);
    }
  }
  await page.close();
}

/** The keyboard alone reaches the search and the content. */
async function keyboard(context, options) {
  const { page, report } = await open(context, options);
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className || "");
  await page.goto(`${base}/revisions`);
  await page.keyboard.press("Tab");
  if ((await focused()) !== "skip") report(`the first stop is ${await focused()}`);
  await page.keyboard.press("Enter");
  if ((await focused()) !== "content") report(`skipping leads to ${await focused()}`);
  await page.goto(`${base}/revisions`);
  for (let stops = 0; (await focused()) !== "search"; stops += 1) {
    if (stops > 8) return report("the search is out of reach of the keyboard");
    await page.keyboard.press("Tab");
  }
  if (options.javaScriptEnabled) {
    await page.goto(`${base}/revisions`);
    await page.keyboard.press("/");
    if ((await focused()) !== "search") report("the slash does not lead to the search");
  }
  // Before anything is published, there is nothing to search for on the first page.
  if (paths.length > 1) {
    await page.goto(`${base}/`);
    // A browser sets the focus some frames after the page was loaded.
    for (let frames = 0; frames < 300 && (await focused()) !== "search"; frames += 1) {
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    const last = await focused();
    if (last !== "search") report(`the first page has its focus on ${last}`);
  }
  await page.keyboard.type("lease a/b");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/capabilities\?q=lease/);
  const words = await page.evaluate(() => document.getElementById("search").value);
  if (words !== "lease a/b") report(`the search forgot its words: ${words}`);
  await page.close();
}

const home = mkdtempSync(join(tmpdir(), "chromium-"));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS, env: { ...process.env, HOME: home } });
try {
  for (const options of READERS) {
    const { width, ...rest } = options;
    const context = await browser.newContext({ ...rest, viewport: { width, height: HEIGHT } });
    for (const path of paths) await look(context, path, options);
    await keyboard(context, options);
    await context.close();
  }
} finally {
  await browser.close();
  rmSync(home, { recursive: true, force: true });
}
for (const link of links) {
  const answer = await fetch(link, { headers: { accept: "text/html, */*;q=0.8" } });
  // Unread, the body would keep the connection, and with it this process.
  await answer.arrayBuffer();
  if (answer.status >= 400) problems.push(`${link} is linked and is ${answer.status}`);
}
console.log(JSON.stringify({ pages: paths.length, links: links.size, problems }, null, 1));
process.exitCode = problems.length > 0 ? 1 : 0;
