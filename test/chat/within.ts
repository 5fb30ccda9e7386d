/** Waits for what comes about only after a while, such as reconnecting. */
export async function within(milliseconds: number, check: () => boolean): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!check()) {
    if (Date.now() > end) throw new Error('It did not come about');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
