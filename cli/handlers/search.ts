import { searchImages, searchTags, type FoundImage } from '../../engine/registries/search.ts';
import type { command } from '../commands/search.ts';
import { optionError } from '../parse/option-error.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { printFound, printTags } from '../print/search.ts';
import { registryOptions } from '../registry-options.ts';

type Options = typeof command.options;

export const handle: Handler<Options> = async (invocation) => {
  const { args, options, typed, output } = invocation;
  const [term = ''] = args;
  if (options.limit < 1) throw optionError(`--limit ${options.limit}`, 'at least 1 is wanted');
  const registry = await registryOptions(options, typed);
  if (options['list-tags']) {
    if (options.filter.length > 0) throw optionError('--filter', '--list-tags excludes it');
    await output.out(
      printTags(
        await searchTags(term, { registry, ...(typed.limit === undefined ? {} : { limit: options.limit }) }),
        options.format,
      ),
    );
    return 0;
  }
  const wants = filterOf(options.filter);
  const found = (await searchImages(term, { registry, limit: options.limit })).filter(wants);
  await output.out(printFound(found, printOptions(options)));
  return 0;
};

function printOptions({ format, compatible, 'no-trunc': noTrunc }: Invocation<Options>['options']) {
  return { format, compatible, noTrunc };
}

function filterOf(filters: readonly string[]): (image: FoundImage) => boolean {
  const checks = filters.map((filter): ((image: FoundImage) => boolean) => {
    const [key, value] = filter.split('=', 2);
    if (key === 'stars' && /^\d+$/.test(value ?? '')) return ({ stars }) => stars >= Number(value);
    if (key === 'is-official' && isFlag(value)) return ({ official }) => official === (value !== 'false');
    if (key === 'is-automated' && isFlag(value)) return ({ automated }) => automated === (value !== 'false');
    throw optionError(`--filter "${filter}"`, 'stars=NUMBER, is-official[=BOOL] or is-automated[=BOOL] is wanted');
  });
  return (image) => checks.every((check) => check(image));
}

function isFlag(value: string | undefined): boolean {
  return value === undefined || value === 'true' || value === 'false';
}
