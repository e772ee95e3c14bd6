# SPDX-License-Identifier: LGPL-2.1-or-later
"""unittest with TAP lines: end a test file with `tap.main()`.

A test's sentence is its docstring, or its name with spaces for underscores. A
test case may have a method why(): text that is printed when it fails.
"""

import sys
import traceback
import unittest


STATE = '--- the state that it failed in'


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.n = 0
        self.bad = False

    def line(self, verdict, test, tail=''):
        self.n += 1
        print('%s %d - %s%s' % (verdict, self.n, sentence(test), tail),
              flush=True)

    def addSuccess(self, test):
        self.line('ok', test)

    def addSkip(self, test, reason):
        self.line('ok', test, ' # SKIP ' + reason)

    def addFailure(self, test, err):
        self.bad = True
        self.line('not ok', test)
        text = ''.join(traceback.format_exception(*err))
        state = self.why(test)
        if state:
            text += '%s\n%s' % (STATE, state)
        print('# ' + text.rstrip().replace('\n', '\n# '), flush=True)

    def why(self, test):
        """What the test can say of the state it has failed in."""
        try:
            return getattr(getattr(test, 'test_case', test), 'why',
                           lambda: '')()
        except Exception as e:
            return 'and its state cannot be told: %r' % e

    addError = addFailure

    def addExpectedFailure(self, test, err):
        self.line('ok', test, ' # TODO')

    def addUnexpectedSuccess(self, test):
        self.bad = True
        self.line('not ok', test)

    def addSubTest(self, test, subtest, err):
        if err:
            self.addFailure(subtest, err)


def sentence(test):
    text = test.shortDescription()
    if text is None:
        name = getattr(test, '_testMethodName', str(test))
        text = name.replace('test_', '', 1).replace('_', ' ')
    params = getattr(test, '_subDescription', None)
    if params:
        text += ' ' + params()
    return text.replace('#', ' ')


def main(module='__main__'):
    """Runs the tests of module (those named as arguments, or all)."""
    loader = unittest.defaultTestLoader
    if sys.argv[1:]:
        suite = loader.loadTestsFromNames(sys.argv[1:], sys.modules[module])
    else:
        suite = loader.loadTestsFromModule(sys.modules[module])
    result = TapResult()
    suite.run(result)
    print('1..%d' % result.n)
    sys.exit(1 if result.bad else 0)
