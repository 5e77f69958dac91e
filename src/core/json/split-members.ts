import { AppError } from '../errors.ts';
import { endOfText, scanValue, skipSpace } from './scan-value.ts';

/** A member of a JSON object, as text. */
export interface MemberText {
  readonly name: string;
  /** Where its value begins, and where it ends. */
  readonly from: number;
  readonly end: number;
}

const MOST_MEMBERS = 1_000;

/**
 * Finds the members of a JSON object without building their values.
 *
 * @param text - an object; whether the values are valid is for whoever parses them to say
 * @throws SyntaxError when it is not an object, or does not end; AppError too_large when it has more than 1,000
 * @example splitMembers('{"a": [1]}') // [{ name: 'a', from: 5, end: 9 }]
 */
export function splitMembers(text: string): MemberText[] {
  const members: MemberText[] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== '{') throw new SyntaxError('it is not an object');
  at = skipSpace(text, at + 1);
  if (text[at] !== '}') {
    for (;;) {
      const member = memberAt(text, at);
      members.push(member);
      if (members.length > MOST_MEMBERS)
        throw new AppError('too_large', `The body has more than ${MOST_MEMBERS} names.`);
      at = member.end;
      if (text[at] !== ',') break;
      at++;
    }
  }
  if (text[at] !== '}' || skipSpace(text, at + 1) < text.length) throw new SyntaxError('the object does not end');
  return members;
}

function memberAt(text: string, from: number): MemberText {
  const open = skipSpace(text, from);
  const close = endOfText(text, open);
  const colon = skipSpace(text, close + 1);
  if (text[open] !== '"' || text[colon] !== ':') throw new SyntaxError('a name is missing');
  return {
    name: JSON.parse(text.slice(open, close + 1)) as string,
    from: colon + 1,
    end: scanValue(text, colon + 1).end,
  };
}
