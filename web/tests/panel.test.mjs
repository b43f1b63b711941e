// The panel in a real browser, on a real service: what a person does with it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { first, launch, serve } from "./service.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Where screenshots go, if somebody wants them. */
const SHOTS = process.env.REXTRACK_SHOTS;
const CROWD = `
osc: {address_prefix: "/{camera}/"}
cameras:
- {id: hall, name: The hall, stream: "synth:people=8,seed=1"}
- {id: door, name: The door, stream: "synth:people=3,seed=2"}
`;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A page that fails on anything the browser complains about. */
async function open(service, path = "", options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 850 },
    locale: "en-US",
    bypassCSP: false,
    ...options,
  });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // A refused log-in is the test's own doing.
    if (message.type() === "error" && !/status of 4|WebSocket/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on("request", (request) => {
    const own = request.url().startsWith(service.url) || /^(data|blob):/.test(request.url());
    if (!own) complaints.push(`a request to ${request.url()}`);
  });
  await page.goto(service.url + path);
  return { page, complaints, close: () => context.close() };
}

async function shot(page, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  // Live figures stand still for a picture.
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(SHOTS, `panel-${name}.png`), fullPage: name === "osc" });
}

/** Fails on what axe calls serious or critical. */
async function accessible(page, where) {
  // Transitions pass through colours that nobody reads.
  await page.waitForTimeout(350);
  // Not as a script tag, which the page's policy would refuse.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const serious = violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => n.html).slice(0, 3).join("\n")}`);
  assert.deepEqual(serious, [], where);
}

const overlay = (page, id) => page.getByTestId(`overlay-${id}`);

/** Waits until the overlay shows so many boxes, and gives their number. */
async function boxes(page, id, wanted) {
  const canvas = overlay(page, id);
  await assertSoon(async () => wanted(Number(await canvas.getAttribute("data-boxes"))), `boxes of ${id}`);
  return Number(await canvas.getAttribute("data-boxes"));
}

async function assertSoon(holds, what) {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a first start explains itself, and a camera is added, watched and kept", async () => {
  const service = await serve();
  const { page, complaints, close } = await open(service);
  try {
    await page.getByText("Welcome. Nothing is set up yet").waitFor();
    await boxes(page, "demo", (n) => n > 0);
    await accessible(page, "welcome");
    await shot(page, "welcome");

    await page.getByRole("button", { name: "Add a camera" }).first().click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Address").fill("rtsp://127.0.0.1:1/nothing");
    await form.getByRole("button", { name: "Try the address" }).click();
    await form.getByText("connection refused").waitFor();
    await form.getByLabel("Address").fill("synth:people=4,seed=3");
    await form.getByRole("button", { name: "Try the address" }).click();
    await form.getByRole("img", { name: /1280 x 720/ }).waitFor();
    await form.getByLabel("Name", { exact: true }).fill("Front door");
    assert.equal(await form.getByLabel("Short name").inputValue(), "front-door");
    await accessible(page, "the form");
    await shot(page, "add");
    await form.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("article", { name: "Front door" }).getByText("Live").waitFor();
    await boxes(page, "front-door", (n) => n > 0);
    const text = readFileSync(join(service.folder, "config.yaml"), "utf8");
    assert.match(text, /id: front-door/);
    await page.getByText("Welcome. Nothing is set up yet").waitFor({ state: "hidden" });

    await page.reload();
    await page.getByRole("article", { name: "Front door" }).getByText("Live").waitFor();
    assert.deepEqual(complaints, []);
  } finally {
    await close();
    service.end();
  }
});

test("boxes move, a slider takes effect, a region is drawn and kept", async () => {
  const service = await serve(CROWD);
  const { page, complaints, close } = await open(service, "#/cameras/hall");
  try {
    await page.getByRole("heading", { name: "The hall" }).waitFor();
    await boxes(page, "hall", (n) => n > 2);
    const picture = () => overlay(page, "hall").evaluate((canvas) => canvas.toDataURL());
    const earlier = await picture();
    await assertSoon(async () => (await picture()) !== earlier, "boxes that move");
    await page.getByRole("img", { name: "Picture of The hall" }).waitFor();

    // Slots by keyboard: End and Home are the slider's ends.
    const slots = page.getByRole("slider", { name: "Slots" });
    await slots.focus();
    await slots.press("Home");
    await slots.press("ArrowRight");
    await page.getByText(/of 2$/).waitFor();
    await boxes(page, "hall", (n) => n <= 2);
    // The end is the schema's, and more than 64 slots are shown as they are.
    await slots.press("End");
    await page.getByText(/of 256$/).waitFor();
    await page.getByRole("button", { name: "Use the general setting: Slots" }).click();
    await page.getByText(/of 10$/).waitFor();

    await page.getByRole("button", { name: "Draw the region" }).click();
    const stage = overlay(page, "hall");
    const box = await stage.boundingBox();
    await page.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.5);
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.9);
    await page.mouse.up();
    await shot(page, "region");
    await accessible(page, "the region");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("button", { name: "Draw the region" }).waitFor();
    const { config } = await service.api("/cameras/hall");
    const wanted = [0.1, 0.2, 0.5, 0.9];
    for (const [index, edge] of config.roi.entries()) {
      assert.ok(Math.abs(edge - wanted[index]) < 0.01, `${config.roi}`);
    }
    await page.reload();
    await page.getByTestId("region").waitFor();
    await accessible(page, "one camera");
    await shot(page, "camera");

    await page.getByRole("tab", { name: "Plots" }).click();
    await page.getByRole("img", { name: "Latency, ms" }).waitFor();
    await accessible(page, "plots");
    await page.getByRole("tab", { name: "OSC" }).click();
    await page.getByText("/hall/p1_x").waitFor();
    await page.getByText("In TouchDesigner").waitFor();
    await accessible(page, "OSC");
    await shot(page, "osc");
    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByText(/somebody new \(person, #\d+\)/).first().waitFor();
    await page.getByRole("tab", { name: "Outputs" }).click();
    await page.getByRole("cell", { name: "websocket" }).waitFor();
    assert.deepEqual(complaints, []);
  } finally {
    await close();
    service.end();
  }
});

test("a card shows its picture by itself or when asked, as show_preview says", async () => {
  const service = await serve(CROWD.replace("{id: door,", "{id: door, show_preview: true,"));
  const { page, complaints, close } = await open(service);
  try {
    const hall = page.getByRole("article", { name: "The hall" });
    const door = page.getByRole("article", { name: "The door" });
    await door.getByRole("button", { name: "Hide the picture: The door" }).waitFor();
    await door.getByText("No picture yet").waitFor({ state: "hidden" });
    await hall.getByText("Picture off").waitFor();
    await boxes(page, "hall", (n) => n > 0);
    await accessible(page, "cameras without a picture");
    await hall.getByRole("button", { name: "Show the picture: The hall" }).click();
    await hall.getByText("Picture off").waitFor({ state: "hidden" });
    await hall.getByText("No picture yet").waitFor({ state: "hidden" });
    await door.getByRole("button", { name: "Hide the picture: The door" }).click();
    await door.getByText("Picture off").waitFor();
    assert.deepEqual(complaints, []);
  } finally {
    await close();
    service.end();
  }
});

test("settings are checked at the field, compared, saved and still there", async () => {
  const service = await serve(`# By hand\n${CROWD}`);
  const { page, complaints, close } = await open(service, "#/settings");
  try {
    const port = page.getByRole("group", { name: "osc" }).getByLabel("port");
    await port.fill("99999");
    await page.getByText(/^osc\.port: /).waitFor();
    await accessible(page, "settings");
    await shot(page, "settings");
    await port.fill("7000");
    await page.getByRole("button", { name: "Review the changes" }).click();
    const review = page.getByRole("dialog");
    await review.getByText(/\+ .*7000/).waitFor();
    await accessible(page, "the review");
    await shot(page, "review");
    await review.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved and in force").waitFor();
    const text = readFileSync(join(service.folder, "config.yaml"), "utf8");
    assert.match(text, /^# By hand/);
    assert.match(text, /port: 7000/);
    await page.reload();
    await page.getByRole("group", { name: "osc" }).getByLabel("port").waitFor();
    assert.equal(await port.inputValue(), "7000");
    assert.ok(await page.getByRole("group", { name: "service" }).getByLabel("listen").isDisabled());

    await page.getByRole("tab", { name: "Models" }).click();
    await page.getByRole("cell", { name: "builtin:motion" }).waitFor();
    await accessible(page, "models");
    await shot(page, "models");
    await page.getByRole("tab", { name: "Log" }).click();
    await page.getByRole("columnheader", { name: "Message" }).waitFor();
    await accessible(page, "log");
    await shot(page, "log");
    assert.deepEqual(complaints, []);
  } finally {
    await close();
    service.end();
  }
});

test("a camera that is lost is said to be, with the reason", async (context) => {
  const film = process.env.REXTRACK_FILM;
  const server = process.env.REXTRACK_RTSP_SERVER;
  if (!film || !server || !existsSync(film)) {
    context.skip("there is no RTSP server or film");
    return;
  }
  const arguments_ = [server, "--file", film, "--loop", "--port", "0"];
  const camera = spawn("/usr/bin/python3", arguments_, { stdio: ["pipe", "pipe", "inherit"] });
  const address = (await first(camera)).replace("READY ", "");
  const service = await serve(
    `osc: null\ntracking: {model: "builtin:motion"}\ncameras:\n- {id: street, stream: "${address}"}\n`,
  );
  const { page, close } = await open(service);
  try {
    const card = page.getByRole("article", { name: "street" });
    await card.getByText("Live").waitFor();
    camera.kill("SIGKILL");
    await card.getByText("Lost").waitFor({ timeout: 20_000 });
    await card.getByText(/cannot connect|connection|no picture/i).first().waitFor();
    await accessible(page, "a lost camera");
    await shot(page, "lost");
  } finally {
    camera.kill("SIGKILL");
    await close();
    service.end();
  }
});

test("a token is asked for, and a service that goes away is missed and found again", async () => {
  const service = await serve(`service: {token: "a-token-0123456789"}\n${CROWD}`);
  const { page, close } = await open(service);
  try {
    await page.getByLabel("Token").fill("something else");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("This is not the token.").waitFor();
    await accessible(page, "log in");
    await shot(page, "log-in");
    await page.getByLabel("Token").fill("a-token-0123456789");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("article", { name: "The hall" }).getByText("Live").waitFor();
    await page.reload();
    await page.getByRole("article", { name: "The hall" }).waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Token").waitFor();
    await page.getByLabel("Token").fill("a-token-0123456789");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("article", { name: "The hall" }).waitFor();
    service.end();
    await page.getByText("The connection to the service is lost").waitFor();
  } finally {
    await close();
    service.end();
  }
});

test("it fits a phone, the dark, Russian and the keyboard", async () => {
  const service = await serve(CROWD);
  const phone = {
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
    locale: "ru-RU",
    hasTouch: true,
  };
  const { page, complaints, close } = await open(service, "", phone);
  try {
    await page.getByRole("button", { name: "Добавить камеру" }).waitFor();
    for (const [path, name] of [
      ["#/", "phone-cameras"],
      ["#/cameras/hall", "phone-camera"],
      ["#/settings", "phone-settings"],
      ["#/settings/log", "phone-log"],
    ]) {
      await page.goto(service.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
      await accessible(page, name);
      await shot(page, name);
    }
    // From the first key on: skip link, then the menu.
    await page.goto(`${service.url}#/`);
    await page.getByRole("article", { name: "The hall" }).waitFor();
    await page.locator("body").press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    assert.deepEqual(complaints, []);
  } finally {
    await close();
    service.end();
  }
});
