import unittest

from intervals import merge, total_length


class MergeTest(unittest.TestCase):
    def test_empty(self):
        self.assertEqual(merge([]), [])

    def test_overlapping(self):
        self.assertEqual(merge([(1, 3), (2, 5), (8, 9)]), [(1, 5), (8, 9)])

    def test_apart(self):
        self.assertEqual(merge([(1, 2), (4, 5)]), [(1, 2), (4, 5)])

    def test_contained(self):
        self.assertEqual(merge([(1, 9), (2, 3)]), [(1, 9)])

    def test_touching(self):
        self.assertEqual(merge([(1, 2), (2, 4)]), [(1, 4)])

    def test_total_length(self):
        self.assertEqual(total_length([(0, 2), (1, 4)]), 4)


if __name__ == "__main__":
    unittest.main()
