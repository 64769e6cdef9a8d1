import type { RampRules } from '../model/plan.ts';
import { type BindingLimit, type Ending, nameLimit } from '../model/binding-limit.ts';
import type { Headroom } from '../model/headroom.ts';
import type { Camp } from './camp.ts';
import { RampGauges } from './ramp-gauges.ts';
import { levelEvent, PRESSURE, readLevel } from './ramp-level.ts';
import { RampSearch } from './ramp-search.ts';
import type { Residents } from './residents.ts';
import type { TrialInput, TrialLife } from './trial-life.ts';

interface RampInput {
  readonly life: TrialLife;
  readonly input: TrialInput;
  readonly rules: RampRules;
  readonly camp: Camp;
}

/** What stopped the growth towards a level. `at`: the instance that was one too many; `exact`: as many live as before it. */
interface Stop {
  readonly at: number;
  readonly exact: boolean;
  readonly ending: Pick<Ending, 'what' | 'text'>;
}

/** A density ramp as it goes: every level is on disk before the next one is tried. */
export class Ramp {
  readonly #parts: RampInput;
  #gauges: RampGauges;
  readonly #search: RampSearch;
  readonly #deadlineNs: number;
  #aloneNs: number | undefined;
  /** of the smallest level that was not acceptable */
  #binding: { readonly at: number; readonly limit: BindingLimit; readonly headroom: readonly Headroom[] } | undefined;

  private constructor(parts: RampInput, gauges: RampGauges) {
    this.#parts = parts;
    this.#gauges = gauges;
    this.#search = new RampSearch(parts.rules.mostInstances);
    this.#deadlineNs = parts.input.context.now() + parts.rules.timeLimitNs;
  }

  /**
   * Grows until something stops it, then finds the largest acceptable fleet, which it leaves resident.
   * @returns its size. @throws BenchError `interrupted`
   */
  static async climb(parts: RampInput): Promise<number> {
    const gauges = await RampGauges.open(parts.camp.fleet, () => parts.input.context.now());
    return new Ramp(parts, gauges).#climb();
  }

  async #climb(): Promise<number> {
    const { input } = this.#parts;
    await this.#gauges.calm(PRESSURE, input.context.signal);
    await this.#visit(0);
    for (let level = this.#search.next(); level !== undefined && !this.#late(); level = this.#search.next()) await this.#visit(level);
    await this.#residents.cutTo(this.#search.good);
    await this.#conclude();
    return this.#search.good;
  }

  /** Brings the fleet to a level, asks and reads it, and tells the search. */
  async #visit(level: number): Promise<void> {
    const { life, rules, input } = this.#parts;
    const residents = this.#residents;
    await this.#gauges.mark();
    const stop = await this.#growTo(level);
    if (stop) {
      const binding = await this.#name(stop.at, stop.ending);
      life.events.push({ kind: 'level', atNs: input.context.now(), instances: stop.at, ok: false, because: because(binding) });
      await residents.cutTo(stop.exact ? stop.at - 1 : Math.min(residents.count, this.#search.good));
      if (residents.count === 0) await this.#renew();
      this.#search.refuse(stop.at, stop.exact ? stop.at - 1 : undefined);
    } else if (residents.count === level) {
      await this.#gauges.reached();
      const read = await readLevel(residents, this.#gauges, rules, input.context.signal, this.#aloneNs);
      const binding = read.refusal && (await this.#name(level, read.refusal));
      life.events.push(levelEvent(read, binding && because(binding), input.context.now()));
      if (binding) this.#search.refuse(level);
      else if (level > 0) this.#search.accept(level);
      if (level === 1) this.#aloneNs = read.p95Ns;
    }
    await life.flush();
  }

  /** Removes what is too much, or adds. @returns what stopped it; nothing also when the time was up */
  async #growTo(level: number): Promise<Stop | undefined> {
    const { input } = this.#parts;
    const residents = this.#residents;
    await residents.cutTo(level);
    while (residents.count < level && !this.#late()) {
      const at = residents.count + 1;
      const failure = await residents.add(input.context.signal);
      const death = residents.died();
      // An older one that died makes room for others: how many were too many is then not known exactly.
      if (death !== undefined) return { at, exact: false, ending: { what: 'died', text: death } };
      if (failure) {
        const what = failure.code === 'memory-floor' ? 'memory-floor' : 'launch';
        return { at, exact: true, ending: { what, text: failure.text } };
      }
    }
    return undefined;
  }

  /** After all have died, what they shared may be gone too (a host process): the search goes on with a fleet made anew. */
  async #renew(): Promise<void> {
    const { camp, input } = this.#parts;
    await camp.renew();
    this.#gauges = await RampGauges.open(camp.fleet, () => input.context.now());
  }

  get #residents(): Residents {
    return this.#parts.camp.residents;
  }

  async #name(at: number, ending: Pick<Ending, 'what' | 'text'>): Promise<BindingLimit> {
    const headroom = await this.#gauges.headroom();
    const limit = nameLimit({ ...ending, cap: await this.#gauges.cap(), headroom });
    if (this.#binding === undefined || at <= this.#binding.at) this.#binding = { at, limit, headroom };
    return limit;
  }

  async #conclude(): Promise<void> {
    const { life, input } = this.#parts;
    const { good } = this.#search;
    const cutOff = this.#cutOff();
    const { limit, headroom } = this.#binding ?? { limit: undefined, headroom: await this.#gauges.headroom() };
    const atNs = input.context.now();
    for (const row of headroom) life.events.push({ kind: 'headroom', atNs, ...row });
    const named = cutOff ?? limit;
    if (named) life.events.push({ kind: 'limit', atNs, limit: named.limit, instances: good, evidence: named.evidence });
    const value = cutOff ? { unavailable: `at least ${good}: ${cutOff.evidence}` } : { value: good };
    const origin = named ? `ramp, ended by ${named.limit}` : 'ramp';
    life.events.push({ kind: 'reading', atNs, probe: 'ramp', metric: 'density_verified', role: 'host', unit: '1', origin, ...value });
    await life.flush();
  }

  /** Why the ramp ended before anything but its own rules stopped it. */
  #cutOff(): BindingLimit | undefined {
    const { rules } = this.#parts;
    if (this.#search.atMost)
      return { limit: 'most-instances', evidence: `the scenario allows no more than ${rules.mostInstances} instances` };
    if (this.#search.next() === undefined) return undefined;
    const refused = this.#binding === undefined ? '' : `; ${this.#binding.at} were too many for ${because(this.#binding.limit)}`;
    return { limit: 'time-limit', evidence: `the scenario gives a ramp ${rules.timeLimitNs / 1e9} s${refused}` };
  }

  #late(): boolean {
    return this.#parts.input.context.now() > this.#deadlineNs;
  }
}

function because({ limit, evidence }: BindingLimit): string {
  return `${limit}: ${evidence}`;
}
