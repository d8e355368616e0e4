// A run is watched by its events; where they do not come, by asking for its status.

import { resultAddress } from "./server";
import { expect, test } from "./serving";

test.use({ serving: { name: "events" } });

const RUN = { from: "2024-01-01", to: "2024-12-31" };

test("the page follows a run by its events, and asks for little besides", async ({
  page,
  server,
  watched,
}) => {
  const job = await server.submit(RUN); // before the page is there: one that is open may see the job and ask first
  const events = page.waitForRequest((request) => request.url().endsWith(`/status/${job}/events`));
  const begun = Date.now();
  await page.goto(resultAddress());
  await events;
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByTestId("percentage")).toHaveText(/[1-9]\d*\.\d %/);
  await expect(page.getByRole("progressbar")).toBeHidden({ timeout: 60_000 });
  await expect(page.getByTestId("total-pnl")).toBeVisible();
  expect(watched.asked.filter((url) => url.endsWith("/events")).length).toBe(1);
  const seconds = (Date.now() - begun) / 1000;
  expect(watched.asked.filter((url) => url.endsWith(`/status/${job}`)).length).toBeLessThan(seconds + 4);
});

test("a run is watched to its end where events do not come through", async ({ page, server, watched }) => {
  watched.expected.push(/ERR_FAILED/);
  await page.route("**/events", (route) => route.abort());
  await page.goto(resultAddress());
  await server.submit(RUN);
  await page.reload();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByTestId("percentage")).toHaveText(/[1-9]\d*\.\d %/);
  await expect(page.getByRole("progressbar")).toBeHidden({ timeout: 60_000 });
  await expect(page.getByTestId("total-pnl")).toBeVisible();
});
