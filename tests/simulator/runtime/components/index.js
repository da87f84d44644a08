import { button } from './button.js';
import { camera } from './camera.js';
import { canvas } from './canvas.js';
import { icon } from './icon.js';
import { coverImage, image } from './image.js';
import { input } from './input.js';
import { label } from './label.js';
import { navigator } from './navigator.js';
import { picker } from './picker.js';
import { progress } from './progress.js';
import { scrollView } from './scroll-view.js';
import { slider } from './slider.js';
import { switchComponent } from './switch.js';
import { text } from './text.js';
import { textarea } from './textarea.js';
import { coverView, view } from './view.js';

/** @type {Map<string, import('./common.js').BuiltIn>} every component that needs no `usingComponents` */
export const builtIns = new Map(
  [
    button,
    camera,
    canvas,
    coverImage,
    coverView,
    icon,
    image,
    input,
    label,
    navigator,
    picker,
    progress,
    scrollView,
    slider,
    switchComponent,
    text,
    textarea,
    view,
  ].map((component) => [component.tag, component]),
);
