// A webhook is added, tried, told of a run, and removed; what is wrong with one is said where it is typed.

import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "./server";
import { expect, test } from "./serving";

interface Told {
  headers: IncomingHttpHeaders;
  body: string;
}

const told: Told[] = [];
let status = 204;
const receiver = createServer((request, answer) => {
  let body = "";
  request.on("data", (part) => {
    body += part;
  });
  request.on("end", () => {
    told.push({ headers: request.headers, body });
    answer.writeHead(status).end();
  });
});

test.use({ serving: { name: "webhooks" } });

test.describe("with a receiver", () => {
  let own: Server;
  let url = "";

  test.beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    own = await Server.start({ WEBHOOK_HOSTS: url, WEBHOOK_NETWORKS: "127.0.0.0/8" });
  });

  test.afterAll(async () => {
    await own.end();
    receiver.close();
  });

  test("a webhook is added, tried, told of a run and removed", async ({ browser }) => {
    const page = await browser.newPage({ baseURL: own.url });
    await page.goto("/");
    await page.getByRole("link", { name: "Webhooks" }).click();
    await expect(page).toHaveURL("/webhooks");
    await expect(page.getByText("user_123 has no webhooks")).toBeVisible();

    await page.getByRole("button", { name: "Add", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("A URL begins with https:// and a host.");
    await page.getByLabel("URL").fill("https://elsewhere.example/");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("has not allowed https://elsewhere.example");

    await page.getByLabel("URL").fill(`${url}/in`);
    await page.getByLabel("cancelled").uncheck();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const secret = (await page.getByTestId("secret").textContent()) ?? "";
    expect(secret).toMatch(/^whsec_/);
    const card = page.getByRole("article", { name: `${url}/in` });
    await expect(card.getByText("cancelled")).toHaveCount(0);

    await card.getByRole("button", { name: "Send a test" }).click();
    await expect(card.getByTestId("outcome")).toContainText("answered 204");
    const { headers, body } = told[0] ?? { headers: {}, body: "" };
    const timestamp = String(headers["x-strikebook-timestamp"]);
    const signature = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
    expect(headers["x-strikebook-signature"]).toBe(`sha256=${signature}`);

    await card.getByRole("button", { name: "Show the log" }).click();
    await expect(card.locator("[data-delivery]")).toHaveCount(1);
    const run = await own.run({ from: "2024-10-01", to: "2024-10-01" });
    await expect(card.locator("[data-delivery]")).toHaveCount(2);
    await expect(card.locator("[data-delivery]").first()).toContainText(run.job_id);
    await expect(card.locator("[data-delivery]").first()).toContainText("delivered");

    status = 500;
    await card.getByRole("button", { name: "Send a test" }).click();
    await expect(card.getByTestId("outcome")).toContainText("failed");
    await expect(card.getByTestId("outcome")).toContainText("answered 500");

    const row = card.locator("[data-delivery]").filter({ hasText: run.job_id });
    const before = told.length;
    await row.getByRole("button", { name: "again" }).click();
    await expect(row).toContainText("failed");
    await expect(row).toContainText("2 tries");
    status = 204;
    await row.getByRole("button", { name: "again" }).click();
    await expect(row).toContainText("delivered");
    await expect(row).toContainText("3 tries");
    expect(told.length).toBe(before + 2);
    expect(told.at(-1)?.headers["x-strikebook-delivery"]).toBe(await row.getAttribute("data-delivery"));

    await card.getByRole("button", { name: "Switch off" }).click();
    await expect(card.getByTestId("health")).toContainText(/^off since .*: switched off by hand/);
    await expect(row.getByRole("button", { name: "again" })).toBeDisabled();
    await page.reload();
    await expect(card.getByTestId("health")).toContainText("switched off by hand");
    await card.getByRole("button", { name: "Switch on" }).click();
    await expect(card.getByTestId("health")).toHaveCount(0);
    await page.reload();
    await expect(page.getByTestId("secret")).toHaveCount(0);
    expect(await page.content()).not.toContain(secret);
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await expect(page.getByText("user_123 has no webhooks")).toBeVisible();
    await page.close();
  });
});

test("where no host is allowed the page says so", async ({ page }) => {
  await page.goto("/webhooks");
  await expect(page.getByText("Webhooks are off on this server")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add", exact: true })).toHaveCount(0);
});
