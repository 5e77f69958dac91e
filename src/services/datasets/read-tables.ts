import { AppError } from '../../core/errors.ts';
import { readInside } from '../../core/json/read-array.ts';
import { skipSpace } from '../../core/json/scan-value.ts';
import { type MemberText, splitMembers } from '../../core/json/split-members.ts';
import { ROW_LIMITS } from '../../core/table/rows-table.ts';

/** A JSON object with tables, of which only the text is in memory. */
export interface TablesText {
  /** The object, with a single null in the place of the rows of each table that has any. */
  readonly outline: unknown;
  /** The rows of a table, parsed as they are asked for, each time. */
  rowsOf(name: string): Iterable<unknown>;
}

const LONGEST_OUTLINE = 1024 * 1024;

/**
 * Finds the tables in a JSON object, without building their rows.
 *
 * @param tables - names of the members that are lists of rows
 * @throws AppError invalid_json, also while rows are read; too_large when anything but rows is over 1 MiB
 */
export function splitTables(text: string, tables: readonly string[]): TablesText {
  const members = orInvalid(() => splitMembers(text));
  const found = new Map(members.map((member) => [member.name, member]));
  const parts = [...found.values()].map((member) => {
    const isTable = tables.includes(member.name) && hasRows(text, member);
    return `${JSON.stringify(member.name)}:${isTable ? '[null]' : text.slice(member.from, member.end)}`;
  });
  const outline = `{${parts.join(',')}}`;
  if (outline.length > LONGEST_OUTLINE) {
    throw new AppError('too_large', `Anything but rows may take 1 MiB: ${tables.join(' and ')} are lists of rows.`);
  }
  return {
    outline: orInvalid(() => JSON.parse(outline)),
    rowsOf: (name) => ({ [Symbol.iterator]: () => rowsIn(text, found.get(name)) }),
  };
}

function hasRows(text: string, { from }: MemberText): boolean {
  const open = skipSpace(text, from);
  return text[open] === '[' && text[skipSpace(text, open + 1)] !== ']';
}

function* rowsIn(text: string, member: MemberText | undefined): Generator<unknown, void> {
  if (member === undefined) return;
  const from = text.indexOf('[', member.from) + 1;
  try {
    let end = from;
    const lists = readInside(text, from, ROW_LIMITS);
    for (let list = lists.next(); ; list = lists.next()) {
      if (list.done === true) {
        end = list.value;
        break;
      }
      yield* list.value;
    }
    if (text.slice(end + 1, member.end).trim() !== '') throw new SyntaxError('there is text after the list');
  } catch (error) {
    orInvalid(() => {
      throw error;
    });
  }
}

function orInvalid<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AppError('invalid_json', `The body is not valid JSON: ${error.message}`);
  }
}
