// What is painted on a chart beside its line: usual band, gaps, doubtful points, marks.

function clipped(u, paint) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paint(ctx, bbox);
  ctx.restore();
}

export function drawBand(u, usual, fill) {
  clipped(u, (ctx, bbox) => {
    const top = u.valToPos(usual.high, "y", true);
    ctx.fillStyle = fill;
    ctx.fillRect(bbox.left, top, bbox.width, u.valToPos(usual.low, "y", true) - top);
  });
}

// A gap is a time, not a value: its whole height is shaded.
export function drawGaps(u, gaps, fill) {
  clipped(u, (ctx, bbox) => {
    ctx.fillStyle = fill;
    for (const [from, to] of gaps) {
      const left = u.valToPos(from / 1000, "x", true);
      ctx.fillRect(left, bbox.top, Math.max(1, u.valToPos(to / 1000, "x", true) - left), bbox.height);
    }
  });
}

// A doubtful value is a triangle: told by its shape, not by colour alone. One that lies
// outside the scale stands at its edge.
export function drawDoubts(u, places, ink) {
  const size = 5 * devicePixelRatio;
  clipped(u, (ctx, bbox) => {
    ctx.fillStyle = ink;
    for (const place of places) {
      const value = u.data[1][place];
      if (value === null || value === undefined) continue;
      const x = u.valToPos(u.data[0][place], "x", true);
      const y = Math.min(bbox.top + bbox.height - size, Math.max(bbox.top + size, u.valToPos(value, "y", true)));
      ctx.beginPath();
      ctx.moveTo(x, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.lineTo(x - size, y + size);
      ctx.fill();
    }
  });
}

// Marks too close for a number each share one: "6–8".
function clusters(u, marks, width) {
  const found = [];
  marks.forEach((mark, number) => {
    const x = u.valToPos(mark.t / 1000, "x", true);
    const last = found.at(-1);
    if (last && x - last.x < width) Object.assign(last, { to: number + 1, lines: [...last.lines, x] });
    else found.push({ x, from: number + 1, to: number + 1, lines: [x] });
  });
  return found;
}

// Each mark has the number of its line in the list under the chart.
export function drawMarks(u, marks, ink, surface) {
  const ratio = devicePixelRatio;
  clipped(u, (ctx, bbox) => {
    ctx.font = `600 ${11 * ratio}px system-ui`;
    ctx.textAlign = "center";
    ctx.strokeStyle = ink;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    for (const { x, from, to, lines } of clusters(u, marks, 36 * ratio)) {
      ctx.beginPath();
      for (const line of lines) {
        ctx.moveTo(line, bbox.top + 14 * ratio);
        ctx.lineTo(line, bbox.top + bbox.height);
      }
      ctx.stroke();
      const words = from === to ? String(from) : `${from}–${to}`;
      const half = ctx.measureText(words).width / 2 + 2 * ratio;
      const middle = Math.min(bbox.left + bbox.width - half, Math.max(bbox.left + half, x));
      ctx.fillStyle = surface;
      ctx.fillRect(middle - half, bbox.top, 2 * half, 14 * ratio);
      ctx.fillStyle = ink;
      ctx.fillText(words, middle, bbox.top + 11 * ratio);
    }
  });
}
