'use strict';

const assert = require('node:assert/strict');
const {test} = require('node:test');

const convert = require('..');

test('rgb to hcg is a conversion of its own, not put together from others', () => {
	assert.deepEqual(convert.rgb.hcg.conversion, ['rgb', 'hcg']);
});

test('rgb to hcg: a grey has no hue and no chroma', () => {
	assert.deepEqual(convert.rgb.hcg(0, 0, 0), [0, 0, 0]);
	assert.deepEqual(convert.rgb.hcg(128, 128, 128), [0, 0, 50]);
	assert.deepEqual(convert.rgb.hcg(255, 255, 255), [0, 0, 100]);
});

test('rgb to hcg: hue of colours in which red is the largest channel', () => {
	assert.deepEqual(convert.rgb.hcg(255, 0, 0), [0, 100, 0]);
	assert.deepEqual(convert.rgb.hcg(255, 127, 0), [30, 100, 0]);
	assert.deepEqual(convert.rgb.hcg(200, 100, 50), [20, 59, 48]);
});

test('rgb to hcg: hue of colours in which green is the largest channel', () => {
	assert.deepEqual(convert.rgb.hcg(0, 255, 0), [120, 100, 0]);
	assert.deepEqual(convert.rgb.hcg(0, 255, 255), [180, 100, 0]);
	assert.deepEqual(convert.rgb.hcg(60, 180, 90), [135, 47, 44]);
});

test('rgb to hcg: hue of colours in which blue is the largest channel', () => {
	assert.equal(convert.rgb.hcg(0, 0, 255)[0], 240);
	assert.equal(convert.rgb.hcg(127, 0, 255)[0], 270);
	assert.equal(convert.rgb.hcg(0, 127, 255)[0], 210);
	assert.equal(convert.rgb.hcg(40, 90, 200)[0], 221);
});

test('rgb to hcg: chroma and greyness of a bluish colour', () => {
	const [, chroma, grey] = convert.rgb.hcg(40, 90, 200);
	assert.equal(chroma, 63);
	assert.equal(grey, 42);
});

test('rgb to hcg agrees with rgb to hsl on the hue of bluish colours', () => {
	for (const rgb of [[20, 30, 220], [90, 10, 250], [10, 130, 160], [100, 101, 102]]) {
		assert.equal(convert.rgb.hcg(rgb)[0], convert.rgb.hsl(rgb)[0], `rgb(${rgb})`);
	}
});

test('hcg to rgb: one colour from each sextant of the wheel', () => {
	assert.deepEqual(convert.hcg.rgb(30, 100, 0), [255, 128, 0]);
	assert.deepEqual(convert.hcg.rgb(90, 100, 0), [128, 255, 0]);
	assert.deepEqual(convert.hcg.rgb(150, 100, 0), [0, 255, 128]);
	assert.deepEqual(convert.hcg.rgb(210, 100, 0), [0, 128, 255]);
	assert.deepEqual(convert.hcg.rgb(270, 100, 0), [128, 0, 255]);
	assert.deepEqual(convert.hcg.rgb(330, 100, 0), [255, 0, 128]);
});

test('rgb to hcg and back again', () => {
	for (const rgb of [[200, 100, 50], [60, 180, 90], [40, 90, 200], [150, 50, 250]]) {
		const back = convert.hcg.rgb.raw(convert.rgb.hcg.raw(rgb)).map(Math.round);
		assert.deepEqual(back, rgb);
	}
});
