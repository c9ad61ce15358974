import { expect, test } from 'bun:test';
import { judgeRules } from './legacy-obstacles.ts';

test.each<[string, string[], boolean, boolean]>([
  ['a policy that accepts', ['-P FORWARD ACCEPT'], false, false],
  ['a policy that drops', ['-P FORWARD DROP'], true, false],
  ['one behind a rule that may accept', ['-P FORWARD DROP', '-A FORWARD -i lo -j ACCEPT'], true, true],
  ['one behind a chain of others', ['-P FORWARD DROP', '-A FORWARD -j DOCKER-USER'], true, true],
  ['one behind a rule that accepts all', ['-P FORWARD DROP', '-A FORWARD -j ACCEPT'], false, false],
  ['a rule that rejects all', ['-P FORWARD ACCEPT', '-A FORWARD -j REJECT --reject-with icmp-host'], true, false],
  ['a rule that only notes', ['-P FORWARD DROP', '-A FORWARD -j LOG'], true, false],
])('%s', (_, rules, drops, unsure) => {
  expect(judgeRules(rules)).toEqual({ drops, unsure });
});
