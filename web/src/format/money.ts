// Rupees as they are written in India: ₹1,23,456.50. A sum of numbers that came as rupees is made in whole paise.

const plain = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 0 });

const LAKH = 100_000;
const CRORE = 10_000_000;

/** `+₹1,250.50`, `−₹1,250.50`, `₹0.00`: a profit or a loss. */
export function profit(amount: number): string {
  return `${signOf(amount)}₹${plain.format(Math.abs(amount))}`;
}

/** `₹1,250.50`: an amount that is neither a profit nor a loss. */
export function rupees(amount: number): string {
  return `₹${plain.format(amount)}`;
}

/** `+1,250`, `−12.4K`, `+3.45L`, `+1.2Cr`: a profit where there is little room. */
export function shortProfit(amount: number): string {
  const size = Math.abs(amount);
  return `${signOf(Math.round(amount))}${shortSize(size)}`;
}

/** `25,065.80`: a price, without a sign for the currency. */
export function price(amount: number | null | undefined): string {
  return amount === null || amount === undefined ? "–" : plain.format(amount);
}

export function count(number: number): string {
  return whole.format(number);
}

/** Add amounts of rupees without the errors of binary fractions. */
export function addRupees(amounts: readonly number[]): number {
  return amounts.reduce((paise, amount) => paise + Math.round(amount * 100), 0) / 100;
}

/** What a profit is, for a colour or a sign beside it. */
export function toneOf(amount: number): "gain" | "loss" | "flat" {
  if (amount > 0) return "gain";
  return amount < 0 ? "loss" : "flat";
}

function signOf(amount: number): string {
  if (amount < 0) return "−";
  return amount > 0 ? "+" : "";
}

function shortSize(size: number): string {
  if (Math.round(size) < 10_000) return whole.format(size);
  if (size < 99_950) return `${fixed(size / 1000)}K`;
  return size < 99_95_000 ? `${fixed(size / LAKH)}L` : `${fixed(size / CRORE)}Cr`;
}

function fixed(number: number): string {
  return number.toFixed(number < 10 ? 2 : 1).replace(/\.?0+$/, "");
}
