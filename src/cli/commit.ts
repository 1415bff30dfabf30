/** Which source this is. */
import { execFileSync } from 'node:child_process';

/** The commit at `root`, with `-dirty` where the tree differs from it; 'unknown' outside a repository. */
export const commit = (root: string): string => {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
};
