/** The dates that git prints: `Fri Aug 21 11:53:14 2026 -0800`. The day of the week can be told from the others. */

const DATE = /^([A-Z][a-z]{2}) ([A-Z][a-z]{2}) (\d{1,2}) (\d\d:\d\d:\d\d) (\d{4}) ([+-]\d{4})$/;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MS_PER_DAY = 86_400_000;

export interface GitDate {
  /** `Aug 21`. */
  readonly day: string;
  readonly year: string;
  readonly time: string;
  readonly zone: string;
}

export function readGitDate(text: string): GitDate | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [, , month = '', day = '', time = '', year = '', zone = ''] = match;
  const date = { day: `${month} ${day}`, year, time, zone };
  return writeGitDate(date) === text ? date : undefined;
}

export function writeGitDate({ day, year, time, zone }: GitDate): string | undefined {
  const month = MONTHS.indexOf(day.slice(0, 3));
  if (month < 0) return undefined;
  // Date.UTC takes a year below 100 for one of the 20th century.
  if (Number(year) < 100) return undefined;
  const days = Math.floor(Date.UTC(Number(year), month, Number(day.slice(4))) / MS_PER_DAY);
  return `${DAYS[(((days + 4) % 7) + 7) % 7]} ${day} ${time} ${year} ${zone}`;
}
