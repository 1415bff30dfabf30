/** Single keys that stand for buttons. A reader may switch them off, and they leave alone whoever is typing (WCAG 2.1.4). */

export type Action = 'main' | 'step' | 'reset' | 'seed' | 'follow' | 'help';
export interface Shortcut {
  readonly action: Action;
  /** As KeyboardEvent.key has them. */ readonly keys: readonly string[];
  readonly says: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { action: 'main', keys: ['k', ' '], says: 'run, pause, resume' },
  { action: 'step', keys: ['s'], says: 'one training step' },
  { action: 'reset', keys: ['r'], says: 'reset' },
  { action: 'seed', keys: ['n'], says: 'new seed' },
  { action: 'follow', keys: ['f'], says: 'follow: show all of every chart again' },
  { action: 'help', keys: ['?'], says: 'this list' },
];
const ofAction = (action: Action): Shortcut => SHORTCUTS.find((s) => s.action === action)!;

/** 'Space' for a blank. */
export const keyName = (key: string): string => (key === ' ' ? 'Space' : key.toUpperCase());
/** For aria-keyshortcuts. */
export const ariaKeys = (action: Action): string => ofAction(action).keys.map(keyName).join(' ');

/** Types of input that take no letters. */
const LETTERLESS: ReadonlySet<string> = new Set(['checkbox', 'radio', 'range', 'button', 'submit', 'reset', 'file', 'color']);
const takesText = (e: Element): boolean =>
  e instanceof HTMLTextAreaElement ||
  e instanceof HTMLSelectElement ||
  (e instanceof HTMLInputElement && !LETTERLESS.has(e.type)) ||
  (e instanceof HTMLElement && e.isContentEditable);
/** Elements that a blank presses, opens or scrolls. */
const PRESSED = 'button, input, summary, a[href], label, audio, video, [tabindex]';

/** What a key stands for; undefined while someone types, holds another key down or presses a button by the blank. */
export const actionOf = (event: KeyboardEvent): Action | undefined => {
  const [target] = event.composedPath();
  if (event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return undefined;
  if (target instanceof Element && (takesText(target) || (event.key === ' ' && target.matches(PRESSED)))) return undefined;
  return SHORTCUTS.find((s) => s.keys.includes(event.key))?.action;
};

const KEY = 'overparam.shortcuts';
/** Whether shortcuts are on. Storage that is blocked keeps nothing, and they are on. */
export const shortcutsOn = (): boolean => {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
};
/** Remembers the choice for this site; where storage is blocked it holds for the page only. */
export const keepShortcuts = (on: boolean): void => {
  try {
    if (on) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, 'off');
  } catch {
    // Blocked by the browser's settings: the checkbox still works on this page.
  }
};
