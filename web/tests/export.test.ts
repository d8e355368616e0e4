import { describe, expect, it } from "vitest";
import { askedOf, everything, fileNameOf, hasOneTable } from "../src/export/asked";

const DAYS = { from: "2024-10-01", to: "2024-10-31" };

describe("what is asked of an export", () => {
  it("is the whole run where nothing is left out: no day is named", () => {
    expect(askedOf(everything(DAYS), DAYS, true).toString()).toBe("format=xlsx");
  });

  it("names the days that were chosen, each only where it is not the run's own", () => {
    const some = { ...everything(DAYS), from: "2024-10-07" };
    expect(askedOf(some, DAYS, true).toString()).toBe("format=xlsx&from=2024-10-07");
  });

  it("names both days of a day's export", () => {
    const day = { from: "2024-10-01", to: "2024-10-01" };
    const csv = { ...everything(day), format: "csv" as const };
    expect(askedOf(csv, day, false).toString()).toBe("format=csv&table=trades&from=2024-10-01&to=2024-10-01");
  });

  it("has a table only where the format has one, and the filters without blanks around them", () => {
    const chosen = { ...everything(DAYS), table: "days" as const, leg: " a b&c ", side: "SELL" as const };
    const workbook = askedOf({ ...chosen, symbol: "   " }, DAYS, true);
    expect(Object.fromEntries(workbook)).toEqual({ format: "xlsx", leg: "a b&c", side: "SELL" });
    expect(askedOf({ ...chosen, format: "parquet" }, DAYS, true).get("table")).toBe("days");
    expect([hasOneTable("csv"), hasOneTable("html")]).toEqual([true, false]);
  });
});

describe("the name of a file", () => {
  it("is the server's", () => {
    expect(fileNameOf('attachment; filename="a-b_2024-10-01_trades.csv"')).toBe("a-b_2024-10-01_trades.csv");
  });

  it("is plain where there is none, or one with a path in it", () => {
    expect([null, "attachment", 'attachment; filename="../x"'].map(fileNameOf)).toEqual([
      "export",
      "export",
      "export",
    ]);
  });
});
