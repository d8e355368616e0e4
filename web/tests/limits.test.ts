import { describe, expect, it } from "vitest";
import { addressOf, viewOf } from "../src/address";
import { holdingText, hoursOf, limitsOf, textsOf } from "../src/format/limits";

const EMPTY = { ttl_hours: "", longest_ttl_hours: "", quota_mb: "" };

describe("limits as they are typed", () => {
  it("are numbers, and null where nothing is typed", () => {
    expect(limitsOf(EMPTY)).toEqual({ ttl_hours: null, longest_ttl_hours: null, quota_mb: null });
    expect(limitsOf({ ttl_hours: " 48 ", longest_ttl_hours: "720.5", quota_mb: "0" })).toEqual({
      ttl_hours: 48,
      longest_ttl_hours: 720.5,
      quota_mb: 0,
    });
  });

  it("that make no sense are told, each in a sentence", () => {
    for (const text of ["0", "-1", "1e3", "0x10", "12h", "Infinity", "1,5", "87601", "."]) {
      expect(limitsOf({ ...EMPTY, ttl_hours: text }), text).toHaveLength(1);
      expect(typeof hoursOf(text)).toBe("string");
    }
    expect(limitsOf({ ttl_hours: "x", longest_ttl_hours: "y", quota_mb: "-5" })).toHaveLength(3);
    expect(limitsOf({ ...EMPTY, quota_mb: "1000000001" })).toHaveLength(1);
    expect(limitsOf({ ...EMPTY, ttl_hours: "10", longest_ttl_hours: "5" })).toEqual([
      "Results cannot live longer than the longest that a run may ask for.",
    ]);
  });

  it("are shown as they would be typed", () => {
    const limits = { ttl_hours: 48, longest_ttl_hours: null, quota_mb: 0.000001 };
    const texts = textsOf({ limits });
    expect(texts).toEqual({ ttl_hours: "48", longest_ttl_hours: "", quota_mb: "0.000001" });
    expect(limitsOf(texts)).toEqual(limits);
    expect(limitsOf(textsOf({ limits: { ...limits, quota_mb: 1_000_000_000 } }))).toMatchObject({
      quota_mb: 1_000_000_000,
    });
  });
});

describe("what holds", () => {
  it("says who says so", () => {
    const told = { ttl_hours: 48, longest_ttl_hours: 168, quota_bytes: 500_000_000 };
    expect(holdingText({ ...told, ttl_from: "user" })).toBe(
      "Results live 48 h, as an administrator says of this user; a run may ask for up to 168 h; 500 MB in all.",
    );
    expect(holdingText({ ...told, ttl_from: "server", quota_bytes: null })).toContain("no quota.");
  });
});

describe("the address of limits", () => {
  it("names the user, or none", () => {
    for (const user of ["ann", null]) {
      const view = { view: "limits", user } as const;
      const [path = "", query = ""] = addressOf(view).split("?");
      expect(viewOf(path, query)).toEqual(view);
    }
    expect(viewOf("/limits/ann", "")).toMatchObject({ view: "unknown" });
  });
});
