// Package calc has small helpers for ranges.
package calc

// Pages splits items into pages of the given size; the last page may be shorter.
func Pages(items []int, size int) [][]int {
	var pages [][]int
	for start := 0; start < len(items); start += size {
		end := start + size
		if end > len(items) {
			end = len(items)
		}
		pages = append(pages, items[start:end])
	}
	return pages
}

// Overlap tells how many integers are in both of the closed ranges.
func Overlap(firstLow, firstHigh, secondLow, secondHigh int) int {
	low, high := firstLow, firstHigh
	if secondLow > low {
		low = secondLow
	}
	if secondHigh < high {
		high = secondHigh
	}
	if high < low {
		return 0
	}
	return high - low
}

// Clamp keeps a value between two bounds.
func Clamp(value, low, high int) int {
	if value < low {
		return low
	}
	if value > high {
		return high
	}
	return value
}

// Mean of the values; 0 when there are none.
func Mean(values []int) float64 {
	if len(values) == 0 {
		return 0
	}
	sum := 0
	for _, value := range values {
		sum += value
	}
	return float64(sum) / float64(len(values))
}
