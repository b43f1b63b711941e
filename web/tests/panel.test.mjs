// The panel in a real browser, connected to a real service.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { firstLine, launchBrowser, serve } from "./service.mjs";
import { texts } from "./texts.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** The folder for screenshots; none are taken without it. */
const SHOTS = process.env.REXTRACK_SHOTS;
const CROWD = `
osc: {address_prefix: "/{camera}/"}
cameras:
- {id: hall, name: The hall, stream: "synth:people=8,seed=1"}
- {id: door, name: The door, stream: "synth:people=3,seed=2"}
`;
const t = texts("en");

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

/** Opens a page; `problems` collects its errors and its requests to other hosts. */
async function open(service, path = "", options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 850 },
    locale: "en-US",
    bypassCSP: false,
    ...options,
  });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    // The tests provoke 4xx responses and lost connections.
    if (message.type() === "error" && !/status of 4|WebSocket/.test(message.text())) {
      problems.push(message.text());
    }
  });
  page.on("request", (request) => {
    const own = request.url().startsWith(service.url) || /^(data|blob):/.test(request.url());
    if (!own) problems.push(`a request to ${request.url()}`);
  });
  await page.goto(service.url + path);
  return { page, problems, close: () => context.close() };
}

async function screenshot(page, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  // Lets pictures load and transitions end.
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(SHOTS, `panel-${name}.png`), fullPage: name === "osc" });
}

/** Fails on violations that axe rates serious or critical. */
async function assertAccessible(page, where) {
  // The colours of a transition are not checked.
  await page.waitForTimeout(350);
  // The page's content security policy forbids a script tag.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const serious = violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => n.html).slice(0, 3).join("\n")}`);
  assert.deepEqual(serious, [], where);
}

const overlay = (page, id) => page.getByTestId(`overlay-${id}`);
const button = (scope, key) => scope.getByRole("button", { name: t(key), exact: true });
const cardOf = (page, name) => page.getByRole("article", { name });
const waitForState = (scope, state) => scope.locator(`[data-state="${state}"]`).waitFor();

/** Waits until the number of boxes in a camera's overlay satisfies a condition. */
async function waitForBoxes(page, id, condition) {
  const canvas = overlay(page, id);
  await waitUntil(
    async () => condition(Number(await canvas.getAttribute("data-boxes"))),
    `boxes of ${id}`,
  );
}

async function waitUntil(condition, what) {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) assert.fail(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("first start shows the welcome, and an added camera is kept", async () => {
  const service = await serve();
  const { page, problems, close } = await open(service);
  try {
    await page.getByText(t("cameraList.welcomeTitle")).waitFor();
    await waitForBoxes(page, "demo", (n) => n > 0);
    await assertAccessible(page, "welcome");
    await screenshot(page, "welcome");

    await button(page, "cameraList.addCamera").first().click();
    const form = page.getByRole("dialog");
    const address = form.getByLabel(t("addCamera.address"));
    await address.fill("rtsp://127.0.0.1:1/nothing");
    await button(form, "addCamera.test").click();
    await form.getByText(t("addCamera.testFailed")).waitFor();
    await address.fill("synth:people=4,seed=3");
    await button(form, "addCamera.test").click();
    await form.getByRole("img", { name: /1280 x 720/ }).waitFor();
    await form.getByLabel(t("common.name"), { exact: true }).fill("Front door");
    const id = form.getByRole("textbox", { name: t("addCamera.id"), exact: true });
    assert.equal(await id.inputValue(), "front-door");
    await assertAccessible(page, "the form");
    await screenshot(page, "add");
    await button(form, "common.add").click();
    await waitForState(cardOf(page, "Front door"), "live");
    await waitForBoxes(page, "front-door", (n) => n > 0);
    const text = readFileSync(join(service.folder, "config.yaml"), "utf8");
    assert.match(text, /id: front-door/);
    await page.getByText(t("cameraList.welcomeTitle")).waitFor({ state: "hidden" });

    await page.reload();
    await waitForState(cardOf(page, "Front door"), "live");
    assert.deepEqual(problems, []);
  } finally {
    await close();
    service.end();
  }
});

test("invalid ID of a new camera is rejected by the schema's pattern", async () => {
  const service = await serve(CROWD);
  const { page, problems, close } = await open(service);
  try {
    await button(page, "cameraList.addCamera").first().click();
    const form = page.getByRole("dialog");
    const { examples } = (await service.api("/config/schema")).$defs.CameraConfig.properties.stream;
    for (const example of examples) {
      await form.getByRole("button", { name: example, exact: true }).waitFor();
    }
    await form.getByLabel(t("addCamera.address")).fill("synth:people=1");
    const id = form.getByRole("textbox", { name: t("addCamera.id"), exact: true });
    await id.fill("two words");
    await form.getByText(t("addCamera.idInvalid")).waitFor();
    assert.ok(await button(form, "common.add").isDisabled());
    await id.fill("hall");
    await form.getByText(t("addCamera.idTaken")).waitFor();
    assert.ok(await button(form, "common.add").isDisabled());
    await id.fill("two_words");
    assert.ok(await button(form, "common.add").isEnabled());
    assert.deepEqual(problems, []);
  } finally {
    await close();
    service.end();
  }
});

test("camera page shows moving boxes, applies a slider and saves a region", async () => {
  const service = await serve(CROWD);
  const { page, problems, close } = await open(service, "#/cameras/hall");
  try {
    await page.getByRole("heading", { name: "The hall" }).waitFor();
    await waitForBoxes(page, "hall", (n) => n > 2);
    const drawing = () => overlay(page, "hall").evaluate((canvas) => canvas.toDataURL());
    const earlier = await drawing();
    await waitUntil(async () => (await drawing()) !== earlier, "boxes that move");
    await page.getByRole("img", { name: t("preview.label", { name: "The hall" }) }).waitFor();

    // Home and End move the slider to its ends.
    const slots = page.getByRole("slider", { name: t("tuning.objects_max") });
    const slotCount = (max) => {
      const text = t("stats.slotsInUse", { active: "\\d+", max });
      return page.getByText(new RegExp(`^${text}$`));
    };
    await slots.focus();
    await slots.press("Home");
    await slots.press("ArrowRight");
    await slotCount(2).waitFor();
    await waitForBoxes(page, "hall", (n) => n <= 2);
    const { maximum, default: general } = (await service.api("/config/schema")).$defs.TrackingConfig.properties
      .objects_max;
    await slots.press("End");
    await slotCount(maximum).waitFor();
    const clearOverride = `${t("tuning.clearOverride")}: ${t("tuning.objects_max")}`;
    await page.getByRole("button", { name: clearOverride }).click();
    await slotCount(general).waitFor();

    await button(page, "region.edit").click();
    const box = await overlay(page, "hall").boundingBox();
    await page.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.5);
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.9);
    await page.mouse.up();
    await screenshot(page, "region");
    await assertAccessible(page, "the region");
    await button(page, "common.apply").click();
    await button(page, "region.edit").waitFor();
    const { config } = await service.api("/cameras/hall");
    const wanted = [0.1, 0.2, 0.5, 0.9];
    for (const [index, edge] of config.roi.entries()) {
      assert.ok(Math.abs(edge - wanted[index]) < 0.01, `${config.roi}`);
    }
    await page.reload();
    await page.getByTestId("region").waitFor();
    await assertAccessible(page, "one camera");
    await screenshot(page, "camera");

    await page.getByRole("tab", { name: t("camera.tabPlots") }).click();
    await page.getByRole("img", { name: t("stats.latencyMs") }).waitFor();
    await assertAccessible(page, "plots");
    await page.getByRole("tab", { name: t("camera.tabOsc") }).click();
    await page.getByText("/hall/p1_x").waitFor();
    await page.getByTestId("touchdesigner-help").waitFor();
    await assertAccessible(page, "OSC");
    await screenshot(page, "osc");
    await page.getByRole("tab", { name: t("camera.tabEvents") }).click();
    await page.locator("[data-event=entered]").getByText(/person/).first().waitFor();
    await page.getByRole("tab", { name: t("camera.tabOutputs") }).click();
    await page.getByRole("cell", { name: "websocket" }).waitFor();
    assert.deepEqual(problems, []);
  } finally {
    await close();
    service.end();
  }
});

test("card follows show_preview until its picture is shown or hidden by hand", async () => {
  const service = await serve(CROWD.replace("{id: door,", "{id: door, show_preview: true,"));
  const { page, problems, close } = await open(service);
  try {
    const hall = cardOf(page, "The hall");
    const door = cardOf(page, "The door");
    await door.getByRole("button", { name: `${t("preview.hide")}: The door` }).waitFor();
    await door.getByText(t("preview.none")).waitFor({ state: "hidden" });
    await hall.getByText(t("preview.off")).waitFor();
    await waitForBoxes(page, "hall", (n) => n > 0);
    await assertAccessible(page, "cameras without a picture");
    await hall.getByRole("button", { name: `${t("preview.show")}: The hall` }).click();
    await hall.getByText(t("preview.off")).waitFor({ state: "hidden" });
    await hall.getByText(t("preview.none")).waitFor({ state: "hidden" });
    await door.getByRole("button", { name: `${t("preview.hide")}: The door` }).click();
    await door.getByText(t("preview.off")).waitFor();
    assert.deepEqual(problems, []);
  } finally {
    await close();
    service.end();
  }
});

test("settings are validated, reviewed, saved and loaded again", async () => {
  const service = await serve(`# By hand\n${CROWD}`);
  const { page, problems, close } = await open(service, "#/settings");
  try {
    const port = page.getByRole("group", { name: "osc" }).getByLabel("port");
    await port.fill("99999");
    await page.getByText(/^osc\.port: /).waitFor();
    await assertAccessible(page, "settings");
    await screenshot(page, "settings");
    await port.fill("7000");
    await button(page, "settings.review").click();
    const review = page.getByRole("dialog");
    await review.getByText(/\+ .*7000/).waitFor();
    await assertAccessible(page, "the review");
    await screenshot(page, "review");
    await button(review, "common.save").click();
    await page.getByText(t("settings.saved")).waitFor();
    const text = readFileSync(join(service.folder, "config.yaml"), "utf8");
    assert.match(text, /^# By hand/);
    assert.match(text, /port: 7000/);
    await page.reload();
    await port.waitFor();
    assert.equal(await port.inputValue(), "7000");
    const section = page.getByRole("group", { name: "service" });
    assert.ok(await section.getByLabel("listen").isDisabled());
    assert.ok(await section.getByLabel("log_level").first().isEnabled());

    await page.getByRole("tab", { name: t("settings.tabModels") }).click();
    await page.getByRole("cell", { name: "builtin:motion" }).waitFor();
    await assertAccessible(page, "models");
    await screenshot(page, "models");
    await page.getByRole("tab", { name: t("settings.tabLog") }).click();
    await page.getByRole("columnheader", { name: t("log.message") }).waitFor();
    await assertAccessible(page, "log");
    await screenshot(page, "log");
    assert.deepEqual(problems, []);
  } finally {
    await close();
    service.end();
  }
});

test("lost camera is shown as lost, with the reason", async (context) => {
  const film = process.env.REXTRACK_FILM;
  const server = process.env.REXTRACK_RTSP_SERVER;
  if (!film || !server || !existsSync(film)) {
    context.skip("there is no RTSP server or film");
    return;
  }
  const serverArguments = [server, "--file", film, "--loop", "--port", "0"];
  const camera = spawn("/usr/bin/python3", serverArguments, { stdio: ["pipe", "pipe", "inherit"] });
  const address = (await firstLine(camera)).replace("READY ", "");
  const service = await serve(
    `osc: null\ntracking: {model: "builtin:motion"}\ncameras:\n- {id: street, stream: "${address}"}\n`,
  );
  const { page, close } = await open(service);
  try {
    const card = cardOf(page, "street");
    await waitForState(card, "live");
    camera.kill("SIGKILL");
    await card.locator('[data-state="lost"]').waitFor({ timeout: 20_000 });
    await card.getByTestId("camera-problem").waitFor();
    await assertAccessible(page, "a lost camera");
    await screenshot(page, "lost");
  } finally {
    camera.kill("SIGKILL");
    await close();
    service.end();
  }
});

test("token is required, and a lost connection to the service is shown", async () => {
  const service = await serve(`service: {token: "a-token-0123456789"}\n${CROWD}`);
  const { page, close } = await open(service);
  try {
    const token = page.getByLabel(t("logIn.token"));
    await token.fill("something else");
    await button(page, "logIn.submit").click();
    await page.getByText(t("logIn.wrongToken")).waitFor();
    await assertAccessible(page, "log in");
    await screenshot(page, "log-in");
    await token.fill("a-token-0123456789");
    await button(page, "logIn.submit").click();
    await waitForState(cardOf(page, "The hall"), "live");
    await page.reload();
    await cardOf(page, "The hall").waitFor();
    await button(page, "shell.logOut").click();
    await token.waitFor();
    await token.fill("a-token-0123456789");
    await button(page, "logIn.submit").click();
    await cardOf(page, "The hall").waitFor();
    service.end();
    await page.getByText(t("shell.disconnectedTitle")).waitFor();
  } finally {
    await close();
    service.end();
  }
});

test("pages fit a phone in dark mode, in Russian and with a keyboard", async () => {
  const russian = texts("ru");
  const service = await serve(CROWD);
  const phone = {
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
    locale: "ru-RU",
    hasTouch: true,
  };
  const { page, problems, close } = await open(service, "", phone);
  try {
    await page.getByRole("button", { name: russian("cameraList.addCamera") }).waitFor();
    for (const [path, name] of [
      ["#/", "phone-cameras"],
      ["#/cameras/hall", "phone-camera"],
      ["#/settings", "phone-settings"],
      ["#/settings/log", "phone-log"],
    ]) {
      await page.goto(service.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide`);
      await assertAccessible(page, name);
      await screenshot(page, name);
    }
    // The first Tab reaches the skip link.
    await page.goto(`${service.url}#/`);
    await cardOf(page, "The hall").waitFor();
    await page.locator("body").press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip-link");
    assert.deepEqual(problems, []);
  } finally {
    await close();
    service.end();
  }
});
