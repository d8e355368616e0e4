import { describe, expect, it } from "vitest";
import { bytesText, expiryText, shareOf } from "../src/format/keeping";
import { optionsOf } from "../src/views/run/option-fields";

const NOW = "2024-10-01T12:00:00";

describe("when results expire", () => {
  it("is told from now and as a time", () => {
    expect(expiryText({ expires_at: "2024-10-01T15:20:30" }, NOW)).toBe("in 3 h 20 min (1 Oct 2024, 15:20)");
    expect(expiryText({ expires_at: "2024-10-01T12:01:30", pinned: false }, NOW)).toContain("in 1 min 30 s");
    expect(expiryText({ expires_at: "2024-10-02T13:59:59" }, NOW)).toContain("in 25 h (");
    expect(expiryText({ expires_at: "2024-10-11T11:00:00" }, NOW)).toBe("in 9 days (11 Oct 2024, 11:00)");
  });

  it("is past, or never", () => {
    expect(expiryText({ expires_at: NOW }, NOW)).toBe("at the next cleanup (1 Oct 2024, 12:00)");
    expect(expiryText({ expires_at: null, pinned: true }, NOW)).toBe("never: pinned");
    expect(expiryText({ expires_at: null, pinned: false }, NOW)).toBe("unknown");
  });
});

describe("sizes", () => {
  it("are megabytes of a million bytes", () => {
    expect([0, 3_500, 12_340_000, 1_234_000_000].map(bytesText)).toEqual([
      "0.0 kB",
      "3.5 kB",
      "12.34 MB",
      "1,234 MB",
    ]);
  });

  it("are a share of a quota, of which there is no more than all", () => {
    expect([shareOf(1, 4), shareOf(9, 4), shareOf(0, 0)]).toEqual([25, 100, 100]);
  });
});

describe("options of keeping", () => {
  it("are sent as numbers, and only where they are set", () => {
    expect(optionsOf({ compression_level: "0", ttl_hours: "36.5" })).toEqual({
      compression_level: 0,
      ttl_hours: "36.5",
    });
    expect(optionsOf({})).toEqual({});
  });
});
