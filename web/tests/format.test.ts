import { describe, expect, it } from "vitest";
import { addRupees, count, price, profit, shortProfit, toneOf } from "../src/format/money";
import { chargesText, contractName, counted, exitReason, valueText } from "../src/format/texts";
import {
  clock,
  clockOfSeconds,
  dayName,
  daysInMonth,
  duration,
  exchangeTime,
  isoDay,
  longDayName,
  moment,
  readDay,
  secondsOf,
  stampOf,
  storedDay,
  weekday,
} from "../src/format/time";

describe("money", () => {
  it("groups rupees as India does, with two decimals", () => {
    expect(profit(123456.5)).toBe("+₹1,23,456.50");
    expect(profit(-10000000)).toBe("−₹1,00,00,000.00");
  });

  it("says charges line by line, as a contract note does", () => {
    const lines = { brokerage: 40, stt: 9.75, exchange: 3.69, sebi: 0.01, stamp: 0.12, gst: 7.87 };
    expect(chargesText(lines)).toBe(
      "Brokerage ₹40.00, STT ₹9.75, exchange ₹3.69, SEBI ₹0.01, stamp duty ₹0.12, GST ₹7.87",
    );
  });

  it("shows a profit with its sign, and nothing beside zero", () => {
    expect(profit(1250.5)).toBe("+₹1,250.50");
    expect(profit(-0.05)).toBe("−₹0.05");
    expect(profit(0)).toBe("₹0.00");
  });

  it.each([
    [0, "0"],
    [0.4, "0"],
    [-0.4, "0"],
    [999.5, "+1,000"],
    [-1250.5, "−1,251"],
    [9999.4, "+9,999"],
    [12400, "+12.4K"],
    [99949, "+99.9K"],
    [100000, "+1L"],
    [-345000, "−3.45L"],
    [9994000, "+99.9L"],
    [12000000, "+1.2Cr"],
  ])("shortens %d to %s", (amount, text) => {
    expect(shortProfit(amount)).toBe(text);
  });

  it("adds rupees in whole paise", () => {
    expect(addRupees([0.1, 0.2])).toBe(0.3);
    expect(addRupees(Array.from({ length: 1000 }, () => 0.05))).toBe(50);
    expect(addRupees([])).toBe(0);
  });

  it("has a dash for a price that is not there, and no other number", () => {
    expect(price(null)).toBe("–");
    expect(price(undefined)).toBe("–");
    expect(price(0)).toBe("0.00");
    expect(count(1234567)).toBe("12,34,567");
  });

  it("tells gains, losses and neither apart", () => {
    expect([toneOf(0.05), toneOf(-0.05), toneOf(0)]).toEqual(["gain", "loss", "flat"]);
  });
});

describe("time", () => {
  it("reads both forms of a day, and nothing that is no day", () => {
    expect(readDay("01-10-2024")).toEqual({ year: 2024, month: 10, day: 1 });
    expect(readDay("2024-02-29")).toEqual({ year: 2024, month: 2, day: 29 });
    for (const text of ["2023-02-29", "31-04-2024", "1-10-2024", "", "today", "00-00-0000"]) {
      expect(readDay(text)).toBeNull();
    }
  });

  it("writes days as files, requests and people have them", () => {
    const day = { year: 2024, month: 10, day: 1 };
    expect([isoDay(day), storedDay(day)]).toEqual(["2024-10-01", "01-10-2024"]);
    expect([dayName("01-10-2024"), longDayName("2024-10-01")]).toEqual([
      "Tue 1 Oct 2024",
      "Tuesday 1 October 2024",
    ]);
    expect(dayName("nonsense")).toBe("nonsense");
    expect([weekday(day), daysInMonth(2024, 2), daysInMonth(2025, 2)]).toEqual([2, 29, 28]);
  });

  it("shows exchange time whatever the zone of the browser is", () => {
    expect(clock("2024-10-01T09:16:59")).toBe("09:16:59");
    expect(moment("2024-10-01T15:30:45")).toBe("1 Oct 2024, 15:30");
    expect([clock(null), moment(undefined)]).toEqual(["–", "–"]);
    expect(stampOf(secondsOf("2024-10-01T09:16:59"))).toBe("2024-10-01T09:16:59");
    expect(exchangeTime(Date.UTC(2024, 9, 1, 20, 0, 0))).toBe("2024-10-02T01:30:00");
  });

  it("writes durations shortly", () => {
    expect([0, 59, 60, 200, 3600, 7500].map(duration)).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "3 min 20 s",
      "1 h",
      "2 h 5 min",
    ]);
    expect(duration(-5)).toBe("0 s");
  });

  it("reads seconds of the day as a clock", () => {
    expect([33420, 33450].map(clockOfSeconds)).toEqual(["09:17", "09:17:30"]);
  });
});

describe("texts", () => {
  it("names contracts as traders do", () => {
    expect(contractName("NIFTY:2024-10-17:OPT:25050:CE")).toBe("NIFTY 17 Oct 25050 CE");
    expect(contractName("NIFTY")).toBe("NIFTY");
  });

  it("has words for reasons, and the reason itself where it has none", () => {
    expect(exitReason("exit_condition_met")).toBe("Exit condition");
    expect(exitReason("EOD Square-off")).toBe("EOD Square-off");
    expect(exitReason(null)).toBe("open");
  });

  it("shows every kind of value, and says where there is none", () => {
    expect(valueText(29.649589)).toBe("29.649589");
    expect(valueText(null)).toBe("no value");
    expect(valueText([35, 45.5])).toBe("35 and 45.5");
    expect(valueText(false)).toBe("false");
    expect(counted(1, "day")).toBe("1 day");
    expect(counted(2, "entry", "entries")).toBe("2 entries");
  });
});
