import { expect, test } from 'bun:test';
import { parseJunit } from './junit.ts';

const XML = `<testsuites name="bun test" tests="3">
  <testsuite name="a.test.ts" file="a.test.ts">
    <testcase name="fails &lt;here&gt;" classname="inner &gt; outer &amp; co" time="0.25" file="a.test.ts" line="2">
      <failure type="AssertionError" message="short">Expected: 2&#10;Received: 1</failure>
    </testcase>
    <testcase name="passes" classname="" time="0.5" file="a.test.ts" line="3" />
    <testcase name="skipped (needs cgroup v2)" classname="" time="0" file="a.test.ts">
      <skipped />
    </testcase>
  </testsuite>
</testsuites>`;

test('outcomes, full names and messages', () => {
  expect(parseJunit(XML)).toEqual([
    {
      file: 'a.test.ts',
      name: 'outer & co > inner > fails <here>',
      outcome: 'failed',
      message: 'Expected: 2\nReceived: 1',
      seconds: 0.25,
    },
    { file: 'a.test.ts', name: 'passes', outcome: 'passed', message: '', seconds: 0.5 },
    { file: 'a.test.ts', name: 'skipped (needs cgroup v2)', outcome: 'skipped', message: '', seconds: 0 },
  ]);
});
