/** Heights in CSS pixels; host/phone.css has the same numbers. */
export const STATUS_BAR = 20;
export const NAVIGATION_BAR = 44;
export const TAB_BAR = 50;
