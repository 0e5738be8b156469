import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Chart } from './api.ts';

interface Series {
  readonly label: string;
  readonly color: string;
  readonly values: readonly (number | null)[];
}

function Plot(props: { title: string; steps: readonly number[]; series: readonly Series[] }) {
  const element = useRef<HTMLDivElement>(null);
  const { title, steps, series } = props;
  useEffect(() => {
    if (!element.current) return;
    const text = getComputedStyle(element.current).color;
    const grid = { stroke: '#8883', width: 1 };
    const plot = new uPlot(
      {
        title,
        width: element.current.clientWidth || 800,
        height: 240,
        scales: { x: { time: false } },
        axes: [
          { stroke: text, grid },
          { stroke: text, grid, size: 70 },
        ],
        series: [
          { label: 'step' },
          ...series.map(({ label, color }) => ({ label, stroke: color, width: 1.5 })),
        ],
      },
      [[...steps], ...series.map(({ values }) => [...values])],
      element.current,
    );
    return () => plot.destroy();
  }, [title, steps, series]);
  return <div class="plot" ref={element} />;
}

/** Tokens and cost over the steps. */
export function Charts({ chart }: { chart: Chart }) {
  return (
    <div class="charts">
      <Plot
        title="Tokens a step"
        steps={chart.steps}
        series={[
          { label: 'input', color: '#0969da', values: chart.input },
          { label: 'from cache', color: '#2da44e', values: chart.cached },
          { label: 'output', color: '#bf3989', values: chart.output },
        ]}
      />
      <Plot
        title="Cost so far, US dollars"
        steps={chart.steps}
        series={[{ label: 'cost', color: '#bc4c00', values: chart.costUsd }]}
      />
    </div>
  );
}
