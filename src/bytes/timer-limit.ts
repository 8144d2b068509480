/** The longest delay that the runtime's timers know, some 25 days; they take what is longer for none. */
export const TIMER_MS_MAX = 2 ** 31 - 1;
