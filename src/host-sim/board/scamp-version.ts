/** What differs between the versions of SC&MP as a host sees it. Source: spinnaker_tools at v3.1.0, v3.4.1 and 4.0.0. */

export interface ScampVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** A command that the monitor executes always answers OK, whatever went wrong: only its length tells. */
  readonly masksErrors: boolean;
  /** COUNT (15), APP_COPY_RUN (21), SYNC (32) and the tag-retry flag of ALLOC exist. */
  readonly has4xCommands: boolean;
  /** Flood fills and state queries look at region words. */
  readonly hasRegions: boolean;
  /** Every chip knows a route to every other; otherwise only through Ethernet chips. */
  readonly completeP2pTables: boolean;
  /** INFO ends with the link towards the root. */
  readonly infoHasParentLink: boolean;
  /** INFO asks the neighbours each time, instead of telling what was found at boot. */
  readonly probesLinks: boolean;
  /** Defaults of sv. */
  readonly peekTimeMicros: number;
  readonly bootDelayMicros: number;
}

export const SCAMP_VERSIONS = {
  "3.1.0": {
    major: 3,
    minor: 1,
    patch: 0,
    masksErrors: false,
    has4xCommands: false,
    hasRegions: true,
    completeP2pTables: true,
    infoHasParentLink: false,
    probesLinks: true,
    peekTimeMicros: 100,
    bootDelayMicros: 10,
  },
  "3.4.1": {
    major: 3,
    minor: 4,
    patch: 1,
    masksErrors: false,
    has4xCommands: false,
    hasRegions: true,
    completeP2pTables: true,
    infoHasParentLink: true,
    probesLinks: true,
    peekTimeMicros: 100,
    bootDelayMicros: 20,
  },
  "4.0.0": {
    major: 4,
    minor: 0,
    patch: 0,
    masksErrors: true,
    has4xCommands: true,
    hasRegions: false,
    completeP2pTables: false,
    infoHasParentLink: true,
    probesLinks: false,
    peekTimeMicros: 200,
    bootDelayMicros: 20,
  },
} as const;

export type ScampVersionName = keyof typeof SCAMP_VERSIONS;

/** `sw_ver` of sv and vcpu: major << 16 | minor << 8 | patch. */
export function versionWord(version: ScampVersion): number {
  return (version.major << 16) | (version.minor << 8) | version.patch;
}

export function versionText(version: ScampVersion): string {
  return `${version.major}.${version.minor}.${version.patch}`;
}
