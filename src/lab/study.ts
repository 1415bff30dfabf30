/**
 * What a phenomenon and its studies say about themselves, as data and pure functions. The page, the headless runner and the float64
 * reference all consume it; none of them knows a study by name.
 *
 * A study is one question with its own fields, presets, views, theory, claims and run. A phenomenon is a card, sources and an ordered list
 * of studies.
 */
import { ConfigError } from '../core/errors';
import { didYouMean } from '../core/suggest';
import type { Claim, ClaimVerdict } from './claim';
import type { Config, ConfigOf, Inputs, InputSpec, Preset, PresetName, Schema } from './fields';
import type { InputPreview } from './preview';
import type { Run, RunContext } from './runContext';
import type { Row } from './rows';
import { watched } from './watched';
import type { Curve, LineView, Marker, View } from './view';

export * from './claim';
export * from './fields';
export type * from './rows';
export type * from './preview';
export type * from './runContext';
export type * from './view';

/** HTML. Trusted: it comes with the source. */
export interface Explanation {
  /** What you see. */
  readonly see: string;
  readonly why: string;
  /** Limits of this replica, and what failed to replicate. */
  readonly limits: string;
}

/** A study as its folder declares it. `S`: its fields, from which the type of its config follows. */
export interface StudyDeclaration<S extends Schema = Schema> {
  /** Name of its folder. */
  readonly id: string;
  readonly title: string;
  /** One plain sentence. */
  readonly question: string;
  readonly fields: S;
  /** Files that a run may be given; all are optional. */
  readonly inputs?: Readonly<Record<string, InputSpec>>;
  /** What such files are taken for. Throws FormatError and ConfigError for files that no setting makes usable. */
  inspect?(inputs: Inputs, config: ConfigOf<S>): Promise<InputPreview>;
  readonly presets: Readonly<Record<PresetName, Preset<ConfigOf<S>>>>;
  // As methods, so that a study of particular fields is a study of any: whoever calls them has checked the config by these fields.
  views(config: ConfigOf<S>): readonly View[];
  /** Curves in closed form, where there are any. */
  theory?(config: ConfigOf<S>): readonly Curve[];
  markers?(config: ConfigOf<S>): readonly Marker[];
  /** Those that apply to this config. */
  claims(config: ConfigOf<S>): readonly Claim[];
  readonly explanation: Explanation;
  /** Stored runs: `() => import('./reference.json')`, a list of `Reference`. */
  readonly references: () => Promise<{ readonly default: unknown }>;
  run(config: ConfigOf<S>, context: RunContext<ConfigOf<S>>): AsyncIterable<Row>;
}
export const defineStudy = <const S extends Schema>(declaration: StudyDeclaration<S>): StudyDeclaration =>
  Object.freeze(declaration as StudyDeclaration<Schema>);
/** A run whose code is loaded when it starts: by the worker, so that the page does without. */
export const loadedOnRun = <C>(load: () => Promise<Run<C>>): Run<C> =>
  async function* run(config, context) {
    yield* (await load())(config, context);
  };

/** A study in its phenomenon. */
export interface Study extends StudyDeclaration {
  /** 'double-descent/linear': names it in links, files and on the command line. */
  readonly path: string;
  readonly phenomenon: { readonly id: string; readonly title: string };
}

/** What the gallery shows of a phenomenon, small enough to load all of them. */
export interface Card {
  /** Name of its folder. */
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** The claim, in one sentence. */
  readonly summary: string;
  /** Stored runs of the study that the card shows. */
  readonly references: () => Promise<{ readonly default: unknown }>;
}
/** A phenomenon as the registry lists it: its card at once, the rest when it is needed. */
export interface Entry {
  readonly card: Card;
  readonly load: () => Promise<Phenomenon>;
}
export interface Phenomenon extends Card {
  readonly sources: readonly { readonly label: string; readonly url: string }[];
  /** In the order of the tabs; the first is the page's own. */
  readonly studies: readonly Study[];
  /** What links and files meant before a phenomenon had studies; absent where it always had. */
  readonly version1?: () => Promise<{ readonly default: Version1 }>;
}
/** Gives each study its path, and tells of networks that diverge in its runs. */
export const definePhenomenon = ({
  studies,
  ...phenomenon
}: Omit<Phenomenon, 'studies'> & { readonly studies: readonly StudyDeclaration[] }): Phenomenon => {
  const { id, title } = phenomenon;
  return {
    ...phenomenon,
    studies: studies.map((s) => ({
      ...s,
      run: watched((c, context) => s.run(c, context)),
      path: `${id}/${s.id}`,
      phenomenon: { id, title },
    })),
  };
};

/** Throws ConfigError, listing those there are, where the phenomenon has no study of that id. */
export const studyNamed = ({ id, studies }: Pick<Phenomenon, 'id' | 'studies'>, name: string): Study => {
  const found = studies.find((s) => s.id === name);
  if (!found)
    throw new ConfigError(
      `'${id}' has no study '${name}'${didYouMean(
        name,
        studies.map((s) => s.id),
      )}; its studies are ${studies.map((s) => s.id).join(', ')}`,
    );
  return found;
};

/** The study of a path. Throws ConfigError, listing those there are, where there is none. */
export const studyAt = async (entries: readonly Entry[], path: string): Promise<Study> => {
  const [id, name = ''] = path.split('/');
  const entry = entries.find((e) => e.card.id === id);
  if (!entry) throw new ConfigError(`there is no phenomenon '${id}'; there are ${entries.map((e) => e.card.id).join(', ')}`);
  return studyNamed(await entry.load(), name);
};
/** 'double-descent-linear': the path as the beginning of a file's name. */
export const fileStem = ({ path }: Pick<Study, 'path'>): string => path.replace('/', '-');
/** 'Double descent: Linear regression'. */
export const titleOf = ({ title, phenomenon }: Pick<Study, 'title' | 'phenomenon'>): string =>
  title === phenomenon.title ? title : `${phenomenon.title}: ${title}`;

/** The settings of a phenomenon as they were before it had studies. */
export interface Version1 {
  readonly defaults: Config;
  /** Differences from the defaults. */
  readonly presets: Readonly<Record<string, Config>>;
  /** Id of the study that a run of these settings belongs to. */
  readonly studyOf: (config: Config) => string;
  /** Adds settings that follow from several old ones; before renaming. */
  readonly adapted?: (config: Config) => Config;
  /** By study: fields that have another name now, by their old one. Fields that are not the study's are left out. */
  readonly renamed: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Presets that are called otherwise now. */
  readonly presetNow: Readonly<Record<string, PresetName>>;
}

/** One stored curve: means over seeds with their 95 % interval (null: none), or theory. */
export interface ReferenceCurve {
  readonly chart: string;
  readonly series: string;
  readonly label: string;
  readonly kind: 'measured' | 'theory';
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
}
/** A run of a preset that is kept with the source, so that a page has something to show before it has measured. */
export interface Reference {
  readonly preset: PresetName;
  readonly config: Config;
  readonly adapter: string;
  readonly software: boolean;
  /** ISO 8601, UTC. */
  readonly date: string;
  /** Commit of the source. */
  readonly build: string;
  /** Hash of the code that measured: of the study and all that it imports, without comments. */
  readonly source: string;
  /** Of the run. */
  readonly seconds: number;
  readonly view: LineView;
  readonly markers: readonly Marker[];
  readonly curves: readonly ReferenceCurve[];
  readonly verdicts: readonly ClaimVerdict[];
}
