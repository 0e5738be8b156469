import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Compare } from './compare.tsx';
import { List } from './list.tsx';
import { Run } from './run.tsx';
import './style.css';

function App() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = () => setHash(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  const [, place, first = '', second = ''] = hash.split('/');
  if (place === 'run') return <Run id={first} />;
  if (place === 'compare') return <Compare a={first} b={second} />;
  return <List />;
}

const page = document.getElementById('page');
if (page) {
  page.textContent = '';
  render(<App />, page);
}
