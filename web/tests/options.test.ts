import { describe, expect, it } from "vitest";
import { unusual } from "../src/format/options";

describe("options that are not as usual", () => {
  it("are texts by name; the others are left out", () => {
    expect(
      unusual({ scale: "1", slippage: "0.5 points", compression_level: 9, ttl_hours: "default" }),
    ).toEqual({
      slippage: "0.5 points",
      compression_level: "9",
    });
    expect(unusual({})).toEqual({});
  });
});
