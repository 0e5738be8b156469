package calc;

import java.util.ArrayList;
import java.util.List;

public final class Ranges {
    private Ranges() {}

    /** Splits the items into pages of the given size; the last page may be shorter. */
    public static <T> List<List<T>> pages(List<T> items, int size) {
        List<List<T>> pages = new ArrayList<>();
        for (int start = 0; start < items.size(); start += size) {
            int end = Math.min(start + size, items.size());
            pages.add(new ArrayList<>(items.subList(start, end)));
        }
        return pages;
    }

    /** How many integers are in both of the closed ranges. */
    public static int overlap(int firstLow, int firstHigh, int secondLow, int secondHigh) {
        int low = Math.max(firstLow, secondLow);
        int high = Math.min(firstHigh, secondHigh);
        if (high < low) {
            return 0;
        }
        return high - low;
    }

    public static int clamp(int value, int low, int high) {
        if (value < low) {
            return low;
        }
        if (value > high) {
            return high;
        }
        return value;
    }

    public static double mean(List<Integer> values) {
        int sum = 0;
        for (int value : values) {
            sum += value;
        }
        return values.isEmpty() ? 0 : (double) sum / values.size();
    }
}
